"""PUT and PATCH: the steps of a write, in the order in which the service takes them."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from loom.sim.arm import checks, identities
from loom.sim.arm.change import Change
from loom.sim.arm.finish import complete
from loom.sim.arm.polls import headers_for
from loom.sim.arm.reads import not_found
from loom.sim.arm.show import quoted_etag, show
from loom.sim.documents import clone, merge_patch, overlay, without, without_nulls
from loom.sim.entra.directory import Principal
from loom.sim.errors import method_not_allowed
from loom.sim.guards import locks, policies
from loom.sim.guards.faults import Fault
from loom.sim.ids import Target
from loom.sim.kinds import AT_ONCE, Kind, Style
from loom.sim.operations import NEVER
from loom.sim.regions import display
from loom.sim.store import Resource
from loom.sim.wire import Request, Response
from loom.sim.world import World

Json = dict[str, Any]
ENVELOPE = ("id", "name", "type", "etag", "systemData", "apiVersion")


def write(world: World, kind: Kind, target: Target, request: Request, caller: Principal) -> Response:
    """Answer a PUT or PATCH of one resource."""
    if not kind.writable or (request.method == "PATCH" and not kind.patchable):
        raise method_not_allowed(request.method)
    before = world.store.get(target.id)
    if request.method == "PATCH" and before is None:
        raise not_found(world, kind, target)
    locks.check(world.store, target.id, request.method)
    if before is not None and request.method == "PATCH":
        kind.behavior.asked(world, before, request)
    change = _change(world, kind, target, request, caller)
    checks.check_place(change)
    checks.check_preconditions(kind, before, request)
    checks.check_body(change)
    change.body = policies.apply(world.policies, kind.name, change.id, change.body)
    checks.check_unique(change)
    checks.check_links(change)
    identities.check(change)
    checks.check_quota(change)
    kind.behavior.check(change)
    style = kind.behavior.style(change, _style(change))
    resource = store(change)
    return _answer(change, resource, style, request.base)


def _change(world: World, kind: Kind, target: Target, request: Request, caller: Principal) -> Change:
    before = world.store.get(target.id)
    sent = {key: value for key, value in request.json().items() if key not in ENVELOPE}
    if request.method == "PATCH" and before is not None:
        sent = merge_patch(clone(before.hidden.get("full", before.body)), sent)
    else:
        sent = without_nulls(sent)
    version = request.query.get("api-version", "")
    return Change(world, kind, target, sent, before, caller, version, request.method)


def _style(change: Change) -> Style:
    """How this write is answered: a repetition may be quicker than a change."""
    kind, before = change.kind, change.before
    if before is None:
        return kind.put
    if change.method == "PATCH" and kind.patch is not None:
        return kind.patch
    same = before.hidden.get("sent") == _fingerprint(change.body) and before.state == "Succeeded"
    if same and kind.repeat is not None:
        return kind.repeat
    return kind.put.for_update()


def _fingerprint(body: Json) -> str:
    return hashlib.blake2b(json.dumps(body, sort_keys=True).encode(), digest_size=12).hexdigest()


def store(change: Change) -> Resource:
    """Put what the write makes of the resource into the cloud; its operation, if any, has not begun yet."""
    world, kind, before = change.world, change.kind, change.before
    fingerprint = _fingerprint(change.body)
    composed = _composed(change)
    hidden = {**(before.hidden if before else {}), "sent": fingerprint, **change.notes}
    if kind.write_only:
        hidden["full"] = clone(composed)
    resource = Resource(
        id=change.id,
        type=kind.name,
        body=without(composed, kind.write_only),
        hidden=hidden,
        etag=_etag(change, fingerprint),
        created=before.created if before else world.clock.now(),
    )
    world.store.put(resource)
    if kind.unique:
        world.names[(kind.unique, resource.name.lower())] = resource.key
    return resource


def _composed(change: Change) -> Json:
    kind = change.kind
    change.body = without(overlay(clone(kind.defaults), change.body), kind.read_only)
    if kind.tracked or kind.default_location:
        change.body["location"] = display(change.location) if kind.display_location else change.location
    composed = kind.behavior.compose(change)
    if kind.identity and composed.get("identity"):
        composed["identity"] = identities.shown(change)
    if kind.system_data:
        composed["systemData"] = _system_data(change)
    return composed


def _system_data(change: Change) -> Json:
    stamp, who = change.world.clock.stamp(), {"By": change.caller.client_id, "ByType": "Application", "At": ""}
    made = {f"created{key}": value or stamp for key, value in who.items()}
    known = change.before.body.get("systemData", made) if change.before else made
    return {**known, **{f"lastModified{key}": value or stamp for key, value in who.items()}}


def _etag(change: Change, fingerprint: str) -> str:
    """An identical PUT leaves the ETag as it is (recorded)."""
    before = change.before
    if before is not None and before.hidden.get("sent") == fingerprint:
        return before.etag
    return change.world.next_etag()


def _answer(change: Change, resource: Resource, style: Style, base: str) -> Response:
    world, kind = change.world, change.kind
    status = style.updated if change.before else style.created
    headers: dict[str, str] = {}
    fault = world.faults.strike(change.method, resource.id, kind.name, ("stuck", "failLate"))
    if style.seconds <= 0 and fault is None:
        complete(world, resource)
    else:
        headers = _begin(change, resource, style, fault, base)
    if style.headers == "self" and change.before is None:
        headers["Location"] = resource.id
    if kind.etag and not (resource.operation and style.urls == "resource"):
        headers["ETag"] = quoted_etag(kind, resource)
    asked = Request(change.method, resource.id)
    body = None if style.empty else kind.behavior.answered(world, resource, show(world, resource), asked)
    return Response(status, body, headers)


def _begin(change: Change, resource: Resource, style: Style, fault: Fault | None, base: str) -> dict[str, str]:
    world = change.world
    resource.state = style.updating if change.before else style.creating
    seconds = style.seconds or (AT_ONCE.seconds + 1.0)
    if fault is not None and fault.kind == "stuck":
        seconds = NEVER
    operation = world.begin("put", resource, seconds, change.location, change.version)
    if fault is not None and fault.kind == "failLate":
        operation.failure = {"code": fault.code, "message": fault.message}
    operation.created = change.before is None
    return headers_for(world, change.kind, style, operation, base)
