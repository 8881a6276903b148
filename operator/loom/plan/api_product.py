"""ApiProduct: APIs, backends, policies and a product in an API Management service that is shared with others.

Everything carries the owner's hash in its name. The product is made unpublished, and shown to developers by the last write of all.
What cannot be planned is refused here; what no grant covers is planned, shown and not written (`authority`).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from loom.api.api_product import ApiProductSpec, ProductState
from loom.api.api_subscription import Approval
from loom.errors import Refusal
from loom.plan import api_report
from loom.plan.backends import refused
from loom.plan.catalog.backends import HOST_KEYS
from loom.plan.catalog.key_vault import SECRETS
from loom.plan.checks import GatewayCheck, let_through
from loom.plan.context import Context
from loom.plan.grants import passages, product_grant, vaults_of
from loom.plan.graph import validate
from loom.plan.outcome import Outcome
from loom.plan.ownership import Authority
from loom.plan.product import probes
from loom.plan.product.apis import apis, history, version_sets
from loom.plan.product.backends import backends
from loom.plan.product.claims import check_claims
from loom.plan.product.diagnostics import diagnostics, telemetry
from loom.plan.product.imports import kept, withheld
from loom.plan.product.place import (
    APIS_IMPORTED,
    GATEWAY_REACHABLE,
    POLICIES_APPLIED,
    PRODUCT,
    PUBLISHED,
    SERVICE,
    SOURCE_IN_SYNC,
    Place,
    place_of,
    service_of,
)  # fmt: skip
from loom.plan.product.policies.offers import with_offers
from loom.plan.product.policies.resources import documents, product_policy
from loom.plan.product.sources import unread
from loom.plan.product.subscriptions import exports, subscription_states, subscriptions
from loom.plan.product.tags import tags
from loom.plan.product.vault import zone_vault
from loom.plan.resource import Mode, Plan, Resource
from loom.plan.values import Json, Ref, Text, Value

CONDITIONS = (APIS_IMPORTED, SOURCE_IN_SYNC, POLICIES_APPLIED, PUBLISHED, GATEWAY_REACHABLE)

_STATUS_PAGE = "/status-0123456789abcdef"  # Azure docs: API Management's own health page
_BUILT_IN = "administrators"  # sees every product, by the service's own doing


def plan(spec: ApiProductSpec, context: Context) -> Plan:
    """Everything that an API product is made of. Raises `Refusal` for what cannot be."""
    place = place_of(spec, context)
    if context.zone is None:
        raise Refusal("ReferenceNotFound", f"DataLandingZone {spec.landing_zone_ref.name} does not exist", wait=True)
    _check(spec)
    check_claims(place, context)
    resources = tuple(_resources(place, context))
    resources = with_offers(place, resources)
    if spec.state is ProductState.PUBLISHED:
        resources = (*resources, _publication(place, resources))
    resources = (*resources, *probes.subscriptions(place), *subscriptions(place, after=resources[-1].key))
    validate(resources)
    gateway = Ref(SERVICE, "properties.gatewayUrl")
    return Plan(
        home=place.service,
        resources=resources,
        checks=tuple(let_through(_checks(place), passages(context))),
        conditions=CONDITIONS,
        exports=tuple(exports(place)),
        keeps=(*history(place), *kept(place)),
        places=(*documents(place), *telemetry(place)),
        **_without_documents(place),
        facts={"gatewayUrl": gateway, **_current_revisions(spec), **subscription_states(spec)},
        held={} if spec.state is ProductState.PUBLISHED else {PUBLISHED: ("NotPublished", "spec.state is Draft")},
    )


def authority(spec: ApiProductSpec, context: Context) -> Authority:
    """The service, and in it what is ours by name, while a grant covers service, paths and backends."""
    try:
        service = service_of(spec, context)
    except Refusal as refusal:
        return Authority(denied=refusal.message)
    assert context.plane is not None  # noqa: S101 (service_of has looked)
    grant, denied = product_grant(spec, service, context, context.plane)
    vaults = vaults_of(grant, context) if grant else ()
    keys = (*((SECRETS, vault) for vault in vaults), *((HOST_KEYS, scope) for scope in (grant.scopes if grant else ())))
    return Authority(home=service, denied=denied, vaults=vaults, inner=keys)


def report(spec: ApiProductSpec, made: Plan, outcome: Outcome) -> Mapping[str, Json]:
    """The product's own status fields."""
    return api_report.fields(spec, made, outcome)


def _without_documents(place: Place) -> dict[str, Any]:
    """What the plan says of documents that cannot be had, or are none: only their imports wait."""
    refusals = list(withheld(place))
    broken = next((refusal for refusal in refusals if not refusal.unmeasured), None)
    why = unread(place) or next((refusal.message for refusal in refusals), "")
    return {
        "withheld": {SOURCE_IN_SYNC: broken} if broken else {},
        "unmeasured": {SOURCE_IN_SYNC: ("SourceUnavailable", why)} if why and not broken else {},
    }


def _checks(place: Place) -> Iterator[GatewayCheck]:
    yield GatewayCheck(
        SERVICE, Text(f"{{}}{_STATUS_PAGE}", (Ref(SERVICE, "properties.gatewayUrl"),)), GATEWAY_REACHABLE
    )
    yield from probes.checks(place)


def _current_revisions(spec: ApiProductSpec) -> dict[str, Value]:
    return {f"api/{api.name}": Ref(f"api/{api.name}", "properties.apiRevision") for api in spec.apis}


def _check(spec: ApiProductSpec) -> None:
    for api in spec.apis:
        if {".", ".."} & set(api.path.split("/")):
            raise Refusal(
                "InvalidSpec", f"spec.apis: path {api.path} of {api.name} has a segment that is . or ..; take it out"
            )
    for backend in spec.backends:
        url = backend.address
        if url and (why := refused(url)):
            raise Refusal(
                "InvalidSpec", f"spec.backends: {backend.name} cannot be at {url}: {why}; nobody can grant that"
            )


def _resources(place: Place, context: Context) -> Iterator[Resource]:
    yield Resource(SERVICE, place.service, mode=Mode.EXISTING, condition=APIS_IMPORTED)
    yield from zone_vault(place)
    yield from backends(place)
    yield from version_sets(place)
    yield from apis(place)
    yield _product(place)
    yield from product_policy(place)
    yield from _links(place)
    yield from tags(place)
    if context.plane is not None:
        yield from diagnostics(place, context.plane, context.plane_name)


def _product(place: Place) -> Resource:
    spec = place.spec
    required = spec.subscription.required
    properties: dict[str, Value] = {
        "displayName": spec.display_name,
        "description": spec.description or "",
        "terms": spec.terms,
        "subscriptionRequired": required,
        "subscriptionsLimit": spec.subscription.limit,
    }
    if required:  # refused where there are no subscriptions
        properties["approvalRequired"] = spec.subscription.approval is not Approval.AUTOMATIC
    unpublished = {"state": "notPublished"}
    draft = spec.state is ProductState.DRAFT
    return Resource(
        key=PRODUCT,
        id=place.product,
        body={"properties": {**properties, **(unpublished if draft else {})}},
        depends_on=(SERVICE,),
        condition=PUBLISHED,
        on_create={"properties": unpublished},
    )


def _links(place: Place) -> Iterator[Resource]:
    for api in place.spec.apis:
        name = place.name(f"api-{api.name}")
        yield Resource(
            key=f"api-link/{api.name}",
            id=f"{place.product}/apiLinks/{name}",
            body={"properties": {"apiId": place.api(api.name)}},
            depends_on=(PRODUCT, f"api/{api.name}"),
            condition=PUBLISHED,
        )
    for group in place.spec.visible_to:
        if group.lower() == _BUILT_IN:
            continue
        target = f"{place.service}/groups/{group}"
        yield Resource(f"group/{group}", target, mode=Mode.EXISTING, depends_on=(SERVICE,), condition=PUBLISHED)
        yield Resource(
            key=f"group-link/{group}",
            id=f"{place.product}/groupLinks/{place.name(f'group-{group}')}",
            body={"properties": {"groupId": target}},
            depends_on=(PRODUCT, f"group/{group}"),
            condition=PUBLISHED,
        )


def _publication(place: Place, before: tuple[Resource, ...]) -> Resource:
    """The last write: developers see the product once everything in it works, and never before."""
    return Resource(
        key="product-published",
        id=place.product,
        body={"properties": {"state": "published"}},
        depends_on=tuple(resource.key for resource in before),
        condition=PUBLISHED,
        mode=Mode.STAGE,
    )
