"""The page a person reads at `/sim/`: what exists, what is in progress, what was asked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape

from loom.sim.apim.gateway import GATEWAY
from loom.sim.apim.upstream import UPSTREAM
from loom.sim.door.knobs import KNOBS
from loom.sim.world import World

EXAMPLE = "Microsoft.Storage/storageAccounts"
STYLE = (
    "body{font:14px system-ui;margin:2em;max-width:80em}table{border-collapse:collapse;margin:.5em 0 1.5em}"
    "td,th{padding:.2em .8em;border-bottom:1px solid #ddd;text-align:left;vertical-align:top}code{font-size:12px}"
)
DOOR = (
    "GET resources?prefix= &middot; POST resources {id, body} &middot; PATCH resources {id, body} &middot; DELETE resources?id= &middot; "
    "GET requests &middot; POST reset-counters &middot; GET/POST/DELETE faults &middot; GET/POST/DELETE policies &middot; "
    "GET/POST principals &middot; POST issuers, revoke, subscriptions, registrations, names, knobs, clock, save &middot; "
    "GET/PATCH settings &middot; GET operations, throttle, state"
)


FAULTS = (
    ("kind", "error answers status, code and message; timeout never answers; cut closes the connection; stuck accepts a write whose "
     "operation never ends; failLate one whose operation fails at its end"),
    ("method", "GET, or several as PUT,PATCH; left out: all"),
    ("path", "a regular expression that is found anywhere in the path; left out: all"),
    ("type", f"a type as {EXAMPLE}, or {GATEWAY} (calls to a gateway), or {UPSTREAM} (calls from one); left out: all"),
    ("when", "begin: nothing has happened yet; inflight: it has happened, and the caller does not learn it"),
    ("status, code, message, retry_after", "what an error answers; retry_after in seconds"),
    ("times", "how often it strikes; 0: always; left out: once"),
)  # fmt: skip
"""What a fault is made of, for `POST /sim/faults`."""


def render(world: World) -> str:
    """The page as HTML; everything that came from outside is escaped."""
    records = world.records
    return "\n".join(
        [
            f"<!doctype html><title>Simulated Azure</title><style>{STYLE}</style><h1>Simulated Azure</h1>",
            f"<p>Tenant <code>{world.directory.tenant}</code>, time &times;{world.clock.speed:g}, "
            f"{len(world.store)} resources, {records.total} requests, {records.by_status['429']} throttled, "
            f"{records.early_polls} polls too early.</p><p>{DOOR}</p>",
            _existing(world),
            *_orders(world),
            *_in_force(world),
            _asked(world),
        ]
    )


def _existing(world: World) -> str:
    counts = Counter(item.type for item in world.store)
    return _table("What exists", ("type", "count"), [(kind, str(count)) for kind, count in sorted(counts.items())])


def _orders(world: World) -> Iterator[str]:
    """What a person may ask of this cloud."""
    example = '{"kind": "error", "method": "PUT", "path": "storageAccounts", "status": 503, "times": 3}'
    yield _table("Faults to order: POST faults", ("field", "what it says"), [*FAULTS, ("for example", example)])
    yield _table(
        'Knobs to turn: POST knobs {"id": ..., knob: value}; the id alone makes it well again',
        ("resource", "knob", "takes", "what it does"),
        [(knob.type, knob.name, knob.takes, knob.meaning) for knob in KNOBS],
    )
    yield _table(
        "Settings: PATCH settings {name: value}",
        ("name", "now"),
        [(name, json.dumps(value)) for name, value in world.settings.as_json().items()],
    )


def _in_force(world: World) -> Iterator[str]:
    """What goes on, and what was asked for."""
    running = [item for item in world.operations.all() if item.running]
    yield _table(
        "In progress",
        ("what", "resource", "until (simulated s)"),
        [(item.verb, item.target, f"{item.due - world.clock.now():.0f} left") for item in running[:50]],
    )
    yield _table(
        "Faults in force",
        ("rule", "hits"),
        [(f"{item.kind} {item.method} {item.type} {item.path}", str(item.hits)) for item in world.faults.rules],
    )
    yield _table(
        "Policies", ("name", "scope", "effect"), [(item.name, item.scope, item.effect) for item in world.policies]
    )


def _asked(world: World) -> str:
    newest = list(world.records.last)[-40:][::-1]
    rows = [(item.method, item.path, f"{item.status} {item.code}", item.principal) for item in newest]
    return _table("Last requests", ("method", "path", "status", "who"), rows)


def _table(title: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{escape(item)}</th>" for item in heads)
    body = "".join("<tr>" + "".join(f"<td><code>{escape(cell)}</code></td>" for cell in row) + "</tr>" for row in rows)
    return f"<h2>{escape(title)}</h2><table><tr>{head}</tr>{body}</table>"
