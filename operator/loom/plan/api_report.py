"""An API product's own status fields: where its APIs answer, and what each was imported from. It measures nothing."""

from collections.abc import Mapping

from loom.api.api_apis import Api, Scheme
from loom.api.api_product import ApiProductSpec
from loom.plan.checks import Health
from loom.plan.keys import Phase
from loom.plan.outcome import Outcome
from loom.plan.product.document import Document
from loom.plan.product.graphql_api import schema_key
from loom.plan.product.judges import JUDGES
from loom.plan.product.place import SERVICE, revision_key
from loom.plan.product.probes import probe_key
from loom.plan.product.subscriptions import subscription_key
from loom.plan.resource import Plan
from loom.plan.values import Json, Unresolved, at, resolve


def fields(spec: ApiProductSpec, plan: Plan, outcome: Outcome) -> Mapping[str, Json]:
    """`gatewayUrl`, `apis` and `subscriptions` of ApiProductStatus."""
    gateway = _known(plan, outcome, "gatewayUrl").rstrip("/")
    rows = [_row(spec, api, plan, outcome, gateway) for api in spec.apis]
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


def _known(plan: Plan, outcome: Outcome, fact: str) -> str:
    try:
        return str(resolve(plan.facts.get(fact, ""), outcome.lookup))
    except Unresolved:
        return ""


def _health(api: Api, outcome: Outcome) -> Health:
    """The probe's, where there is one; else the gateway's."""
    found = {finding.key: finding.health for finding in outcome.findings if finding.condition == "GatewayReachable"}
    health = found.get(probe_key(api), found.get(SERVICE, Health.UNKNOWN))
    return health if health is not Health.PENDING else Health.UNKNOWN


def _address(spec: ApiProductSpec, api: Api) -> str:
    """Where calls go, as far as an address can say it: a version in a header stands in none."""
    if api.version is None or api.version.name is None:
        return api.path
    versions = next(one for one in spec.version_sets if one.name == api.version.set_name)
    if versions.scheme is Scheme.SEGMENT:
        return f"{api.path}/{api.version.name}"
    return f"{api.path}?{versions.query}={api.version.name}" if versions.scheme is Scheme.QUERY else api.path


def _document(api: Api, plan: Plan) -> Document | None:
    """The document that calls are answered by, as it was planned with; None where that could not be had."""
    kind, _ = next(api.current.source.kinds())
    holder, path = (schema_key, "document.value") if api.current.source.graphql else (revision_key, "value")
    key = holder(api, api.current)
    text = next((at(one.body, f"properties.{path}") for one in plan.resources if one.key == key), None)
    source = api.current.source.document
    return JUDGES[kind].read(str(text), api.name, source.choice if source else ()) if text else None


def _row(spec: ApiProductSpec, api: Api, plan: Plan, outcome: Outcome, gateway: str) -> dict[str, Json]:
    document = _document(api, plan)
    revision = _known(plan, outcome, f"api/{api.name}")
    return {
        "name": api.name,
        **({"url": f"{gateway}/{_address(spec, api)}"} if gateway else {}),
        **({"revision": revision} if revision else {}),
        **(_imported(document) if document else _as_before(api, outcome)),
        "health": str(_health(api, outcome)),
    }


def _imported(document: Document) -> dict[str, Json]:
    warnings = {"warnings": list(document.drops)} if document.drops else {}
    return {"sourceHash": document.digest, "operations": document.operations, **warnings}


def _as_before(api: Api, outcome: Outcome) -> dict[str, Json]:
    """What status said of an API's document, while that cannot be read: it is what was imported last."""
    rows = outcome.before.get("apis") or ()
    before: Mapping[str, Json] = next((row for row in rows if row.get("name") == api.name), {})
    return {name: before[name] for name in ("sourceHash", "operations", "warnings") if name in before}
