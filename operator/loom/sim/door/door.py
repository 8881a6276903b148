"""The routes below `/sim`. Each is a few lines: parse, delegate, return JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from loom.sim import build
from loom.sim.apim.gateway import GATEWAY
from loom.sim.apim.upstream import UPSTREAM
from loom.sim.arm.finish import settle
from loom.sim.arm.show import show
from loom.sim.door import knobs, page, people, seed, state
from loom.sim.errors import ArmError
from loom.sim.guards.faults import Fault
from loom.sim.guards.policies import Policy
from loom.sim.orders import check_order
from loom.sim.wire import Request, Response
from loom.sim.world import World

Json = dict[str, Any]
Handler = Callable[[World, Request], Response]
PLAYED = (GATEWAY, UPSTREAM)  # types that only faults know: calls to a gateway, and from it


def answer(world: World, request: Request) -> Response:
    """Answer one request to the simulator's own door."""
    settle(world)
    path = request.path.rstrip("/")
    handler = ROUTES.get((request.method, path))
    if handler is None:
        return Response(
            404, {"error": {"code": "NotFound", "message": f"/sim has no {request.method} {path}; see GET /sim/"}}
        )
    try:
        return handler(world, request)
    except ArmError as error:
        return Response(error.status, error.body())
    except KeyError as missing:
        return _refused(f"{request.method} {path} needs {missing.args[0]!r}; GET /sim/ says what it takes")
    except (TypeError, ValueError, AttributeError) as error:
        return _refused(str(error))


def _refused(message: str) -> Response:
    return Response(400, {"error": {"code": "BadRequest", "message": message}})


def _place(world: World, request: Request) -> Response:
    body = request.json()
    items = body.get("resources", [body])
    made = [seed.place(world, item["id"], item.get("body") or {}) for item in items]
    return Response(201, made[0] if "id" in body else {"value": made})


def _edit(world: World, request: Request) -> Response:
    body = request.json()
    return Response(200, seed.edit(world, body["id"], body.get("body") or {}))


def _take_away(world: World, request: Request) -> Response:
    seed.take_away(world, request.query["id"])
    return Response(204)


def _resources(world: World, request: Request) -> Response:
    prefix, kind = request.query.get("prefix", "").lower(), request.query.get("type", "").lower()
    found = [item for item in world.store if item.key.startswith(prefix) and kind in ("", item.type.lower())]
    return Response(200, {"value": [show(world, item) for item in found], "count": len(found)})


def _requests(world: World, request: Request) -> Response:
    return Response(200, world.records.as_json(int(request.query.get("last", "50"))))


def _reset(world: World, request: Request) -> Response:
    world.records.reset()
    world.throttle.refused = 0
    return Response(204)


def _faults(world: World, request: Request) -> Response:
    return Response(200, {"value": [rule.as_json() for rule in world.faults.rules]})


def _add_fault(world: World, request: Request) -> Response:
    values = request.json()
    check_order(Fault, values, "a fault")
    fault = Fault(**values)
    if fault.type and fault.type not in PLAYED and world.catalog.kind(fault.type) is None:
        raise ValueError(f"the simulator has no type {fault.type!r}, so no request would be struck")
    world.faults.rules.append(fault)
    return Response(201, fault.as_json())


def _drop_faults(world: World, request: Request) -> Response:
    wanted = request.query.get("id")
    if wanted and all(rule.id != wanted for rule in world.faults.rules):
        raise ValueError(f"there is no fault {wanted!r}; GET /sim/faults lists those in force")
    world.faults.rules = [rule for rule in world.faults.rules if wanted and rule.id != wanted]
    return Response(204)


def _policies(world: World, request: Request) -> Response:
    return Response(200, {"value": [policy.as_json() for policy in world.policies]})


def _add_policy(world: World, request: Request) -> Response:
    values = request.json()
    check_order(Policy, values, "a policy")
    policy = Policy(**{**values, "types": tuple(values.get("types", ()))})
    world.policies = [item for item in world.policies if item.name != policy.name] + [policy]
    return Response(201, policy.as_json())


def _drop_policies(world: World, request: Request) -> Response:
    wanted = request.query.get("name")
    world.policies = [item for item in world.policies if wanted and item.name != wanted]
    return Response(204)


def _add_subscription(world: World, request: Request) -> Response:
    values = request.json()
    made = build.add_subscription(world, str(values["id"]), str(values.get("name", "")))
    return Response(201, {"id": made.id})


def _registration(world: World, request: Request) -> Response:
    values = request.json()
    key = (str(values["subscription"]).lower(), str(values["namespace"]).lower())
    if values.get("registered", True):
        world.registered[key] = world.clock.now()
    else:
        world.registered.pop(key, None)
    return Response(204)


def _take_name(world: World, request: Request) -> Response:
    """A globally unique name that somebody else's tenant holds: {space: storage, name}."""
    values = request.json()
    world.names[(str(values["space"]), str(values["name"]).lower())] = ""
    return Response(201, values)


def _knob(world: World, request: Request) -> Response:
    """What becomes of one resource, by id; an id alone is well again."""
    values = request.json()
    knobs.turn(world, str(values.pop("id")), values)
    return Response(200, values)


def _settings(world: World, request: Request) -> Response:
    return Response(200, world.settings.as_json())


def _change_settings(world: World, request: Request) -> Response:
    world.settings.update(request.json())
    world.tokens.lifetime = world.settings.token_lifetime
    return _settings(world, request)


def _clock(world: World, request: Request) -> Response:
    seconds = request.json()["advance"]
    if type(seconds) not in (int, float) or seconds < 0:
        raise ValueError(f"advance is a number of simulated seconds, 0 or more, not {seconds!r}")
    world.clock.advance(float(seconds))
    settle(world)
    return Response(200, {"now": world.clock.now(), "speed": world.clock.speed})


def _operations(world: World, request: Request) -> Response:
    newest = world.operations.all()[-int(request.query.get("last", "200")) :]
    return Response(200, {"value": [asdict(item) | {"due": min(item.due, 1e12)} for item in newest]})


def _throttle(world: World, request: Request) -> Response:
    return Response(200, {"refused": world.throttle.refused, "levels": world.throttle.levels(world.clock.now())})


def _page(world: World, request: Request) -> Response:
    return Response(200, page.render(world), {"Content-Type": "text/html; charset=utf-8"})


def _save(world: World, request: Request) -> Response:
    return Response(200, state.dump(world))


ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "/sim"): _page,
    ("GET", "/sim/resources"): _resources,
    ("POST", "/sim/resources"): _place,
    ("PATCH", "/sim/resources"): _edit,
    ("PUT", "/sim/resources"): _edit,
    ("DELETE", "/sim/resources"): _take_away,
    ("GET", "/sim/requests"): _requests,
    ("POST", "/sim/reset-counters"): _reset,
    ("GET", "/sim/faults"): _faults,
    ("POST", "/sim/faults"): _add_fault,
    ("DELETE", "/sim/faults"): _drop_faults,
    ("GET", "/sim/policies"): _policies,
    ("POST", "/sim/policies"): _add_policy,
    ("DELETE", "/sim/policies"): _drop_policies,
    ("GET", "/sim/principals"): people.principals,
    ("POST", "/sim/principals"): people.add_principal,
    ("POST", "/sim/issuers"): people.add_issuer,
    ("POST", "/sim/revoke"): people.revoke,
    ("POST", "/sim/subscriptions"): _add_subscription,
    ("POST", "/sim/registrations"): _registration,
    ("POST", "/sim/names"): _take_name,
    ("POST", "/sim/knobs"): _knob,
    ("GET", "/sim/settings"): _settings,
    ("PATCH", "/sim/settings"): _change_settings,
    ("POST", "/sim/clock"): _clock,
    ("GET", "/sim/operations"): _operations,
    ("GET", "/sim/throttle"): _throttle,
    ("GET", "/sim/state"): _save,
}
