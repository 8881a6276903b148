"""Policy documents at every level, and fragments: checked when written, shown in the spelling that is asked for."""

from __future__ import annotations

import re
from typing import Any

from loom.sim.apim import policy_check, policy_xml, refusals
from loom.sim.apim.apis import check_lock
from loom.sim.apim.entities import LongChild
from loom.sim.apim.listing import Child
from loom.sim.apim.places import NAMED_VALUES, service_of
from loom.sim.apim.policy_table import LACKING, LEVELS, POLICIES
from loom.sim.apim.policy_xml import Element
from loom.sim.arm.change import Change
from loom.sim.errors import ArmError
from loom.sim.store import Resource
from loom.sim.wire import Request, Response
from loom.sim.world import World

Json = dict[str, Any]
NAMED_VALUE = re.compile(r"\{\{\s*([A-Za-z0-9\-._]+)\s*\}\}")


def parse(change: Change) -> Element:
    """The document of a write. Raises the service's refusal for what is no XML."""
    sent = change.properties
    style = str(sent.get("format") or "xml")
    if style not in ("xml", "rawxml"):
        raise refusals.not_simulated(f"policies of format '{style}'")
    if not sent.get("value"):
        raise refusals.invalid("value", "The Value field is required.")
    try:
        return policy_xml.read(str(sent["value"]), raw=style == "rawxml")
    except policy_xml.Malformed as error:
        raise refusals.invalid("representation", str(error)) from None


def document_of(resource: Resource) -> Element:
    """The stored document."""
    return policy_xml.read(str(resource.properties["value"]), raw=False)


def available(world: World, service: str) -> frozenset[str]:
    """The names of the policies that a service's tier has."""
    found = world.store.get(service)
    tier = str((found.body.get("sku") or {}).get("name", "")).lower() if found else ""
    return frozenset(POLICIES) - LACKING.get(tier, frozenset())


class Policies(Child):
    """The one policy document of a service, product, API or operation."""

    def __init__(self, level: str) -> None:
        self._level = level

    def check(self, change: Change) -> None:
        check_lock(change.world, change.id)
        root = parse(change)
        known = available(change.world, service_of(change.id))
        found = policy_check.faults(root, self._level, known) or _dangling(change, root)
        if found:
            raise ArmError(400, "ValidationError", refusals.INCORRECT, details=refusals.details(found)["details"])

    def compose(self, change: Change) -> Json:
        return {"properties": {"format": "xml", "value": policy_xml.write(parse(change), raw=False)}}

    def answered(self, world: World, resource: Resource, body: Json, request: Request) -> Json:
        if request.query.get("format") != "rawxml":
            return body
        value = policy_xml.write(document_of(resource), raw=True)
        return {**body, "properties": {"format": "rawxml", "value": value}}

    def check_delete(self, world: World, resource: Resource) -> None:
        check_lock(world, resource.id)


def _dangling(change: Change, root: Element) -> list[policy_check.Fault]:
    """References to named values, backends and fragments that the service does not have."""
    world, service = change.world, service_of(change.id)
    values = {str(item.properties.get("displayName")) for item in world.store.children(service, NAMED_VALUES)}
    found = []
    for element in root.all():
        where = f"Error in element '{element.name}' on line {element.line}, column {element.column}: "
        for name in NAMED_VALUE.findall(" ".join([*element.attributes.values(), element.text])):
            if name not in values:
                found.append((element.name, f"{where}Cannot find a property '{name}'"))
        backend = element.attributes.get("backend-id") or element.attributes.get("embeddings-backend-id", "")
        if (
            backend
            and not policy_xml.is_expression(backend)
            and world.store.get(f"{service}/backends/{backend}") is None
        ):
            found.append((element.name, f"{where}Backend with id '{backend}' could not be found."))
        fragment = element.attributes.get("fragment-id", "")
        if fragment and world.store.get(f"{service}/policyFragments/{fragment}") is None:
            found.append((element.name, f"{where}Policy fragment '{fragment}' could not be found."))
    return found


class Fragments(LongChild):
    """A fragment is well-formed XML with the root `fragment`."""

    def check(self, change: Change) -> None:
        root = parse(change)
        if root.name != "fragment":
            raise refusals.invalid("value", f"The root element must be 'fragment', not '{root.name}'.")

    def compose(self, change: Change) -> Json:
        return {"properties": {key: value for key, value in change.properties.items() if key != "format"}}


def describe(world: World, request: Request, match: re.Match[str]) -> Response:
    """`policyDescriptions`: which policies the service's tier has. The scope is a sum of 1 (global), 2, 4 and 8 (operation)."""
    weights = {level: 2**place for place, level in enumerate(LEVELS.values())}
    value = [
        {
            "id": f"{match['scope']}/policyDescriptions/{policy.name}",
            "name": policy.name,
            "type": "Microsoft.ApiManagement/service/policyDescriptions",
            "properties": {"description": "", "scope": sum(weights[level] for level in policy.levels)},
        }
        for policy in POLICIES.values()
        if policy.name in available(world, match["scope"])
    ]
    return Response(200, {"count": len(value), "value": value})


def validate(world: World, request: Request, match: re.Match[str]) -> Response:
    """`validatePolicies`: every stored policy is checked when it is written, so there is nothing to tell."""
    return Response(200, {"logs": []})
