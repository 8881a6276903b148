"""Why a write is refused before its provider sees it or by the provider's own rules: names, parents, references, quotas."""

from __future__ import annotations

import json
from typing import Any

from loom.sim import errors, regions
from loom.sim.arm.change import Change
from loom.sim.arm.show import quoted_etag
from loom.sim.documents import value_at, values_at
from loom.sim.errors import ArmError
from loom.sim.guards.access import linked_denied
from loom.sim.ids import RESOURCES, Target, group_of, parse, subscription_of
from loom.sim.kinds import Kind
from loom.sim.store import Resource
from loom.sim.wire import Request
from loom.sim.world import World

Json = dict[str, Any]


def check_place(change: Change) -> None:
    """Group, registration, parent and state: may anything be written here now?"""
    world, kind, target = change.world, change.kind, change.target
    check_group(change)
    if kind.namespace != RESOURCES and not _registered(change):
        message = (
            f"The subscription is not registered to use namespace '{kind.namespace}'. "
            "See https://aka.ms/rps-not-found for how to register subscriptions."
        )
        raise ArmError(409, "MissingSubscriptionRegistration", message)
    if kind.parent_name or kind.extension:
        parent = world.store.get(target.parent)
        if parent is None and target.parent:
            raise errors.parent_not_found(kind.name, target.parent)
        if parent is not None and parent.state == "Deleting" and kind.parent_name:
            raise ArmError(409, "ParentResourceNotReady", f"The parent resource '{parent.id}' is being deleted.")
    if kind.names is not None and not kind.names.allows(target.name):
        raise ArmError(kind.names.status, kind.names.code, kind.names.says.format(name=target.name), target=target.name)
    if change.before is not None and change.before.state == "Deleting":
        raise ArmError(409, "Conflict", f"The resource '{change.id}' is being deleted and cannot be changed.")
    check_busy(world, kind, target)


def check_group(change: Change) -> None:
    """The resource group must exist and not be going away."""
    name = group_of(change.target.id)
    if not name or change.kind.path == "resourceGroups":
        return
    group = change.world.group(change.target.id)
    if group is None:
        raise errors.group_not_found(name)
    if group.state == "Deleting":
        message = f"The resource group '{name}' is in deprovisioning state and cannot perform this operation."
        raise ArmError(409, "ResourceGroupBeingDeleted", message)


def _registered(change: Change) -> bool:
    key = (subscription_of(change.target.id), change.kind.namespace.lower())
    return not key[0] or change.world.registered.get(key, float("inf")) <= change.world.clock.now()


def check_busy(world: World, kind: Kind, target: Target) -> None:
    """While an operation runs on a resource (for a network: on it or in it), some services take no other."""
    if kind.busy is None:
        return
    before = world.store.get(target.id)
    family = [before] if before is not None else []
    if kind.busy_family:
        family += _family(world, kind, target)
    running = next((item for item in family if item.operation), None)
    if running is not None:
        says = kind.busy.says.format(name=running.name, operation=running.operation)
        raise ArmError(kind.busy.status, kind.busy.code, says)


def _family(world: World, kind: Kind, target: Target) -> list[Resource]:
    """The parent and its other children: one virtual network takes one write at a time."""
    root = target.parent if kind.parent_name else target.id
    parent = world.store.get(root)
    kinds = {item.name for item in world.catalog.kinds.values() if not item.extension}
    return [*([parent] if parent else []), *(item for item in world.store.children(root) if item.type in kinds)]


def check_preconditions(kind: Kind, before: Resource | None, request: Request) -> None:
    """`If-Match` and `If-None-Match`, for types that have ETags."""
    if not kind.etag:
        return
    wanted, unwanted = request.headers.get("if-match"), request.headers.get("if-none-match")
    if wanted is not None:
        if before is None:
            raise errors.precondition_failed(wanted)
        if wanted != "*" and before.etag not in wanted:
            raise errors.precondition_failed(wanted)
    if unwanted == "*" and before is not None:
        raise errors.precondition_failed(unwanted)
    if unwanted not in (None, "*") and before is not None and quoted_etag(kind, before) == unwanted:
        raise errors.precondition_failed(str(unwanted))


def check_body(change: Change) -> None:
    """What was sent: location, required fields, the type tables, fields that may not change."""
    world, kind, body = change.world, change.kind, change.body
    if kind.tracked and change.method == "PUT":
        _check_location(change)
    for path in kind.required:
        if not values_at(body, path):
            raise errors.bad_request("InvalidRequestContent", f"The required property '{path}' is missing.", path)
    if world.tables is not None and world.settings.strict_bodies and change.method == "PUT":
        faults = world.tables.faults(kind.name, change.version, body) if kind.tabled else []
        if faults:
            raise errors.bad_request("InvalidRequestContent", f"The request content was invalid: {'; '.join(faults)}.")
    if change.before is not None:
        _check_unchanged(change, change.before)


def _check_location(change: Change) -> None:
    location = change.body.get("location")
    if not location:
        if change.before is None:
            raise errors.bad_request("LocationRequired", "The location property is required for this definition.")
        return
    if not regions.known(str(location)):
        message = f"The provided location '{location}' is not available for resource type '{change.kind.name}'."
        raise errors.bad_request("LocationNotAvailableForResourceType", message)
    before = change.before
    if before is not None and regions.normal(str(before.body.get("location", location))) != regions.normal(
        str(location)
    ):
        message = (
            f"The resource '{change.name}' already exists in location '{before.body['location']}' in resource group "
            f"'{group_of(before.id)}'. A resource with the same name cannot be created in location '{location}'. "
            "Please select a new resource name."
        )
        raise ArmError(409, "InvalidResourceLocation", message)


def _check_unchanged(change: Change, before: Resource) -> None:
    old = before.hidden.get("full", before.body)
    for path in change.kind.immutable:
        sent = value_at(change.body, path)
        if sent is not None and _normal(sent) != _normal(value_at(old, path)):
            refusal = change.kind.fixed
            says = f"Changing property '{path}' is not allowed." if refusal is None else refusal.says.format(name=path)
            status, code = (400, "PropertyChangeNotAllowed") if refusal is None else (refusal.status, refusal.code)
            raise ArmError(status, code, says, target=path)


def _normal(value: Any) -> str:
    return json.dumps(value, sort_keys=True).lower()


def check_links(change: Change) -> None:
    """What the body refers to must exist, and the caller must be allowed to use it."""
    world = change.world
    for link in change.kind.links:
        for linked in values_at(change.body, link.path):
            target = parse(str(linked))
            if target is None or world.store.get(str(linked)) is None:
                message = (
                    f"Resource {linked} referenced by resource {change.id} was not found. Please make sure that the referenced "
                    "resource exists, and that both resources are in the same region."
                )
                raise ArmError(link.status, link.code, message)
            if link.action:
                check_linked_access(change, str(linked), link.action)


def check_linked_access(change: Change, linked: str, action: str) -> None:
    """403 `LinkedAuthorizationFailed` when the caller may not use what the body refers to."""
    world, caller = change.world, change.caller
    if world.settings.enforce_access and not world.access.allows(caller.object_id, action, linked):
        write = world.catalog.action_name(change.kind, "write")
        raise linked_denied(caller.client_id, caller.object_id, write, (linked, action))


def check_unique(change: Change) -> None:
    """Globally unique names: taken is taken, whoever holds it."""
    kind = change.kind
    if not kind.unique or change.before is not None:
        return
    holder = change.world.names.get((kind.unique, change.name.lower()))
    if holder is None or holder == change.target.id.lower():
        return
    if kind.taken is None:
        raise ArmError(409, "NameNotAvailable", f"The name '{change.name}' is not available.")
    raise ArmError(kind.taken.status, kind.taken.code, kind.taken.says.format(name=change.name))


def check_quota(change: Change) -> None:
    """How many of a type fit: a subscription's quota (a setting), or a parent's limit (the row)."""
    world, kind = change.world, change.kind
    if change.before is not None:
        return
    allowed = world.settings.quotas.get(kind.name)
    subscription = subscription_of(change.target.id)
    if allowed is not None and len(world.store.of_type(kind.name, subscription)) >= allowed:
        message = (
            f"Operation could not be completed as it results in exceeding approved quota of {allowed} for {kind.name} in "
            f"subscription '{subscription}'."
        )
        raise ArmError(409, "QuotaExceeded", message)
    if kind.quota is not None:
        limit, refusal = kind.quota
        if len(world.store.children(change.target.parent, kind.name)) >= limit:
            raise ArmError(refusal.status, refusal.code, refusal.says.format(name=change.name, limit=limit))
