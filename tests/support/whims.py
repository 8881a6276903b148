"""What people may ask for and do, by chance: zones, edits of a spec, faults of Azure, edits behind ARM's back. Of one `Random`, one story.

Whatever is drawn here can converge: what cannot (an immutable field, a row of the wiring without its service) has tests of its own.
"""

from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any

from support.samples import apps_on_event_hubs, bare_zone, sample

Object = dict[str, Any]

_FULL = sample("DataLandingZone")["spec"]
_SERVICES: dict[str, Callable[[Random], Object]] = {
    "storage": lambda by_chance: {
        "filesystems": _some(by_chance, [{"name": name} for name in ("bronze", "silver", "gold")]),
        "softDeleteDays": by_chance.choice([7, 30]),
    },
    "eventHubs": lambda by_chance: {
        "hubs": _some(by_chance, [{"name": name} for name in ("orders", "bills", "clicks")])
    },
    "serviceBus": lambda by_chance: {"queues": _some(by_chance, [{"name": name} for name in ("refresh", "later")])},
    "cosmos": lambda _: deepcopy(_FULL["cosmos"]),
    "keyVault": lambda _: deepcopy(_FULL["keyVault"]),
    "redis": lambda _: {},
}
_LIKELY = {"storage": 0.8, "eventHubs": 0.6}  # the others: 0.15, for they are as one another
_PLAIN: dict[str, list[Any]] = {
    "costCenter": ["CC-1", "CC-2", None],
    "dataClassification": ["Confidential", "Public", None],
    "tags": [{"team": "finance"}, {"team": "controlling", "floor": "3"}, None],
    "access": [_FULL["access"], {"members": _FULL["access"]["members"]}, None],
}


def zone(by_chance: Random, number: int) -> Object:
    """The `number`-th zone: a network, some services, perhaps an app on them."""
    made = bare_zone()
    made["metadata"]["name"] = f"zone{number}"
    space = {"addressSpace": f"10.100.{16 * number}.0/20"} if by_chance.random() < 0.7 else {}
    made["spec"] |= {"domain": f"finance{number}", "network": space}
    made["spec"].pop("interval")
    for name, draw in _SERVICES.items():
        if by_chance.random() < _LIKELY.get(name, 0.15):
            made["spec"][name] = draw(by_chance)
    if "eventHubs" in made["spec"] and by_chance.random() < 0.4:
        made["spec"]["apps"] = apps_on_event_hubs()
    for _ in range(2):
        change_plainly(by_chance, made["spec"])
    return made


def product() -> Object:
    """The sample's product, of the first zone."""
    made = sample("ApiProduct")
    made["spec"]["landingZoneRef"] = {"name": "zone0"}
    made["spec"].pop("interval")
    return made


def change_zone(by_chance: Random, spec: Object) -> str:
    """A person edits the spec of a zone; what they did, in words."""
    if by_chance.random() < 0.4:
        return change_plainly(by_chance, spec)
    name = by_chance.choice([*_SERVICES, "storage", "eventHubs", "apps"])
    if name == "apps":
        if spec.pop("apps", None) is not None:
            return "apps go"
        spec.setdefault("eventHubs", {})
        spec["apps"] = apps_on_event_hubs()
        return "apps come"
    if name in spec and by_chance.random() < 0.4:
        del spec[name]
        if name == "eventHubs":
            spec.pop("apps", None)
        return f"{name} goes"
    spec[name] = _SERVICES[name](by_chance)
    return f"{name} is {spec[name]}"


def change_plainly(by_chance: Random, spec: Object) -> str:
    """A field that every zone may have becomes another."""
    name = by_chance.choice(list(_PLAIN))
    value = deepcopy(by_chance.choice(_PLAIN[name]))
    if value is None:
        spec.pop(name, None)
    else:
        spec[name] = value
    return f"{name} is {value}"


def change_product(by_chance: Random, spec: Object) -> str:
    """A person edits the spec of the product."""
    name, value = by_chance.choice(
        [
            ("description", f"Orders, edition {by_chance.randrange(9)}"),
            ("displayName", f"Orders {by_chance.randrange(9)}"),
            ("state", by_chance.choice(["Published", "Draft"])),
            ("visibleTo", by_chance.choice([["developers"], ["developers", "guests"], []])),
            ("tags", by_chance.choice([{"sales": ""}, {"domain": "finance"}, {}])),
            ("policies", {"inbound": [{"quota": {"calls": by_chance.randrange(1, 9) * 1000, "period": "24h"}}]}),
        ]
    )
    spec[name] = value
    return f"{name} is {value}"


def stand_still(by_chance: Random, spec: Object) -> str:
    """A person has the operator only look, or not even that."""
    wishes: list[Object] = [{"suspend": True}, {"policy": "Observe"}, {"policy": "Plan"}]
    wish = by_chance.choice(wishes)
    spec.update(wish)
    return f"{wish}"


def go_on(spec: Object) -> str:
    """The opposite of `stand_still`."""
    spec.pop("suspend", None)
    spec.pop("policy", None)
    return "go on"


def fault(by_chance: Random, types: list[str]) -> Object:
    """What Azure answers wrong next, for `Simulator.fault`; `types` are those that there are."""
    shared: Object = {"times": by_chance.randint(1, 4), "when": by_chance.choice(["begin", "inflight"])}
    if by_chance.random() < 0.7:
        shared["type"] = by_chance.choice(types)
    if by_chance.random() < 0.5:
        method = by_chance.choice(["PUT", "DELETE", "PUT,DELETE"])
        return {**shared, "method": method, **by_chance.choice([*_ANY, *_OF_WRITES])}
    return {**shared, "method": by_chance.choice(["GET", "GET,PUT,DELETE,POST,PATCH,HEAD"]), **by_chance.choice(_ANY)}


def late_fault(by_chance: Random, made_slowly: list[str], deleted_slowly: list[str]) -> Object:
    """A long operation that fails at its end, or never ends."""
    method, types = by_chance.choice([("PUT", made_slowly), ("DELETE", deleted_slowly)])
    return {"kind": by_chance.choice(["stuck", "failLate"]), "method": method, "type": by_chance.choice(types)}


_ANY: list[Object] = [
    {"kind": "error", "status": 429, "code": "TooManyRequests", "retry_after": 0.02},
    {"kind": "error", "status": 500},
    {"kind": "error", "status": 503, "code": "ServiceUnavailable"},
    {
        "kind": "error",
        "status": 403,
        "code": "AuthorizationFailed",
        "message": "The client does not have authorization",
    },
    {"kind": "cut"},
]
_OF_WRITES: list[Object] = [
    {"kind": "error", "status": 400, "code": "BadRequest", "message": "A value of the body is invalid."},
    {
        "kind": "error",
        "status": 403,
        "code": "RequestDisallowedByPolicy",
        "message": "Resource was disallowed by policy.",
    },
    {"kind": "error", "status": 404, "code": "ResourceNotFound", "message": "The Resource was not found."},
    {"kind": "error", "status": 409, "code": "Conflict", "message": "Another operation is in progress on it."},
    {"kind": "error", "status": 412, "code": "PreconditionFailed", "message": "The condition was not met."},
]


def _some(by_chance: Random, things: list[Object]) -> list[Object]:
    return [thing for thing in things if by_chance.random() < 0.6]
