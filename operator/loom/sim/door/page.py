"""The page a person reads at `/sim/`: what exists, what is in progress, what was asked."""

from __future__ import annotations

from collections import Counter
from html import escape

from loom.sim.world import World

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


def render(world: World) -> str:
    """The page as HTML; everything that came from outside is escaped."""
    counts = Counter(item.type for item in world.store)
    records = world.records
    running = [item for item in world.operations.all() if item.running]
    return "\n".join(
        [
            f"<!doctype html><title>Simulated Azure</title><style>{STYLE}</style><h1>Simulated Azure</h1>",
            f"<p>Tenant <code>{world.directory.tenant}</code>, time &times;{world.clock.speed:g}, "
            f"{len(world.store)} resources, {records.total} requests, {records.by_status['429']} throttled, "
            f"{records.early_polls} polls too early.</p><p>{DOOR}</p>",
            _table("What exists", ("type", "count"), [(kind, str(count)) for kind, count in sorted(counts.items())]),
            _table(
                "In progress",
                ("what", "resource", "until (simulated s)"),
                [(item.verb, item.target, f"{item.due - world.clock.now():.0f} left") for item in running[:50]],
            ),
            _table(
                "Faults in force",
                ("rule", "hits"),
                [(f"{item.kind} {item.method} {item.type} {item.path}", str(item.hits)) for item in world.faults.rules],
            ),
            _table(
                "Policies",
                ("name", "scope", "effect"),
                [(item.name, item.scope, item.effect) for item in world.policies],
            ),
            _table(
                "Last requests",
                ("method", "path", "status", "who"),
                [
                    (item.method, item.path, f"{item.status} {item.code}", item.principal)
                    for item in list(records.last)[-40:][::-1]
                ],
            ),
        ]
    )


def _table(title: str, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{escape(item)}</th>" for item in heads)
    body = "".join("<tr>" + "".join(f"<td><code>{escape(cell)}</code></td>" for cell in row) + "</tr>" for row in rows)
    return f"<h2>{escape(title)}</h2><table><tr>{head}</tr>{body}</table>"
