"""An API product's own status fields: where its APIs answer, and what each was imported from. It measures nothing."""

from collections.abc import Mapping

from loom.api.api_apis import Api
from loom.api.api_product import ApiProductSpec
from loom.plan.checks import Health
from loom.plan.keys import Phase
from loom.plan.outcome import Outcome
from loom.plan.product import openapi
from loom.plan.product.subscriptions import subscription_key
from loom.plan.resource import Plan
from loom.plan.values import Json, Unresolved, resolve


def fields(spec: ApiProductSpec, plan: Plan, outcome: Outcome) -> Mapping[str, Json]:
    """`gatewayUrl` and `apis` of ApiProductStatus."""
    gateway = _gateway(plan, outcome)
    health = _health(outcome)
    rows = [_row(api, plan, gateway, health) for api in spec.apis]
    address = rows[0].get("url") if len(rows) == 1 else gateway
    return {
        **({"gatewayUrl": address} if address else {}),
        "apis": rows,
        "subscriptions": _subscriptions(spec, plan, outcome),
    }


def _subscriptions(spec: ApiProductSpec, plan: Plan, outcome: Outcome) -> list[Json]:
    rows: list[Json] = []
    for wanted in spec.subscriptions:
        row = {"name": wanted.name, "state": _state(wanted.name, plan, outcome)}
        handed = outcome.handed.get(wanted.name)
        if handed and handed.notes:
            row |= {"keysExportedTo": handed.place.shown, "rotatedAt": handed.notes.rotated_at}
            row |= {"rotation": str(handed.notes.phase)} if handed.notes.phase is Phase.OVERLAP else {}
        rows.append(row)
    return rows


def _state(name: str, plan: Plan, outcome: Outcome) -> str:
    """What the service says, in the word of the spec."""
    try:
        return str(resolve(plan.facts[subscription_key(name)], outcome.lookup)).capitalize()
    except Unresolved:
        return "Missing"


def _gateway(plan: Plan, outcome: Outcome) -> str:
    try:
        return str(resolve(plan.facts.get("gatewayUrl", ""), outcome.lookup)).rstrip("/")
    except Unresolved:
        return ""


def _health(outcome: Outcome) -> Health:
    """The gateway's: nothing else is measured of an API yet."""
    found = [finding.health for finding in outcome.findings if finding.condition == "GatewayReachable"]
    return found[0] if found and found[0] is not Health.PENDING else Health.UNKNOWN


def _row(api: Api, plan: Plan, gateway: str, health: Health) -> dict[str, Json]:
    properties = plan.find(f"api/{api.name}").body["properties"]
    document = openapi.read(properties["value"], api.name)
    return {
        "name": api.name,
        **({"url": f"{gateway}/{api.path}"} if gateway else {}),
        "sourceHash": document.digest,
        "operations": document.operations,
        "health": str(health),
    }
