"""ApiProduct: APIs published as a product of an API Management service."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from loom.api.admin_plane import ApiManagementService
from loom.api.api_apis import PATHS_AND_VERSIONS, Api, VersionSet
from loom.api.api_backend import Backend
from loom.api.api_diagnostics import Diagnostics
from loom.api.api_subscription import Subscription, SubscriptionStatus, SubscriptionTerms
from loom.api.meta import CommonSpec, LandingZoneRef, Tags, no_tags
from loom.api.policies.safety import COUNTABLE, PROTECTED
from loom.api.policies.sections import ProductPolicies
from loom.api.schema import Bool, Int, Rule, StatusModel, distinct, immutable, listed, named
from loom.api.status import CommonStatus, Word


class ProductState(StrEnum):
    """Whether a product is shown to the developers who may see it."""

    DRAFT = "Draft"
    PUBLISHED = "Published"


def _pools_hold_singles(product: "ApiProductSpec") -> bool:
    singles = {backend.name for backend in product.backends if backend.pool is None}
    return all(member.backend in singles for backend in product.backends for member in backend.pool or ())


class ApiProductSpec(CommonSpec):
    """A product of API Management: which APIs it has, who may see it, and under which terms."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *CommonSpec.rules,
        Rule(
            field="apis",
            cel="self.apis.all(a, has(a.backendRef) == (has(self.backends) && "
            "self.backends.exists(b, b.name == (has(a.backendRef) ? a.backendRef : a.name))))",
            message="each API's backendRef names an entry of backends; where it is omitted, no entry is called as the API is",
            holds=lambda p: all(
                (api.backend_ref is not None) == (api.backend in {backend.name for backend in p.backends})
                for api in p.apis
            ),
        ),
        *PATHS_AND_VERSIONS,
        Rule(
            field="backends",
            cel="!has(self.backends) || self.backends.all(b, !has(b.pool) || "
            "b.pool.all(m, self.backends.exists(o, o.name == m.backend && !has(o.pool))))",
            message="the members of a pool are entries of backends that are no pools themselves",
            holds=_pools_hold_singles,
        ),
        PROTECTED,
        COUNTABLE,
        Rule(
            field="subscriptions",
            cel="!has(self.subscriptions) || !has(self.subscription) || !has(self.subscription.required) || "
            "self.subscription.required || size(self.subscriptions) == 0",
            message="the product needs no subscription (subscription.required: false), so there is none to make",
            holds=lambda p: p.subscription.required or not p.subscriptions,
        ),
        immutable("landingZoneRef", "make another ApiProduct on the other zone, then delete this one"),
        immutable("service", "make another ApiProduct in the other service, then delete this one"),
    )

    tags: Tags = Field(default_factory=no_tags)
    """Tags of API Management that developers find the product and its APIs by, such as sales: "" or domain: finance, which reads
    `domain: finance` there. They are linked to the product and to each API. Omitted: none."""
    landing_zone_ref: LandingZoneRef
    """The DataLandingZone that the product belongs to. Its admin plane gives the identity, the grant and, unless `service`
    names another, the API Management service."""
    service: ApiManagementService | None = None
    """Another API Management service to publish in; the namespace's grant must list it. Omitted: the admin plane's."""
    display_name: Annotated[str, Field(min_length=1, max_length=300)]
    """The product's name as developers see it."""
    description: Annotated[str, Field(min_length=1, max_length=750)] | None = None
    """What the product is for, as developers see it; the operator adds its mark. Omitted: nothing is said."""
    state: ProductState = ProductState.DRAFT
    """Draft: everything is made, and only administrators see it. Published: developers see it too."""
    visible_to: Annotated[
        tuple[Annotated[str, Field(pattern="^[A-Za-z0-9_-]+$", max_length=80)], ...], distinct(at_most=20)
    ] = ()
    """Names of API Management groups whose members may see the product, such as developers. Omitted: administrators only."""
    subscription: SubscriptionTerms = Field(default_factory=SubscriptionTerms)
    """Whether a call needs a subscription's key, and how one is got. Omitted: required, with approval."""
    public: Bool = False
    """True: calls may need neither a key nor a token."""
    terms: Annotated[str, Field(min_length=1, max_length=10_000)] | None = None
    """The terms that a developer accepts when subscribing. Omitted: none."""
    apis: Annotated[tuple[Api, ...], named(at_most=10, at_least=1)]
    """The APIs of the product."""
    version_sets: Annotated[tuple[VersionSet, ...], named(at_most=10)] = ()
    """Sets of APIs that are versions of one another. Omitted: none."""
    backends: Annotated[tuple[Backend, ...], named(at_most=20)] = ()
    """The services behind the APIs. Omitted: none but the apps that describe APIs themselves."""
    policies: ProductPolicies | None = None
    """Policies for all calls through the product. Omitted: none."""
    diagnostics: Diagnostics | None = None
    """Telemetry of the product's APIs, in the admin plane's Application Insights; {} takes every default. Omitted: what the service
    itself is set to."""
    subscriptions: Annotated[tuple[Subscription, ...], named(at_most=50)] = ()
    """Subscriptions to make, one for each consumer. One that is removed here is deleted, and its keys are never good again.
    Omitted: none are made; developers subscribe by themselves where `visibleTo` and `subscription` let them."""
    delete_subscriptions: Bool = False
    """What becomes of the product's deletion while developers have subscriptions of their own. False: it waits, and names them.
    True: they go with it, and their keys are never good again."""

    @property
    def all_backends(self) -> tuple[Backend, ...]:
        """Those that are declared, and the apps that are the backends of the APIs that they describe."""
        return (*self.backends, *(own for api in self.apis if (own := api.own_backend)))


class ApiState(StatusModel):
    """One API, as last seen."""

    name: Word
    """The API's name in the spec."""
    url: Annotated[str, Field(max_length=1024)] | None = None
    """Its address at the gateway."""
    revision: Annotated[str, Field(max_length=4)] | None = None
    """The revision that calls reach."""
    source_hash: Annotated[str, Field(max_length=71)] | None = None
    """The fingerprint of the document that was imported."""
    operations: Int | None = None
    """How many operations it has in the service."""
    warnings: Annotated[tuple[Annotated[str, Field(max_length=300)], ...], listed(at_most=10)] = ()
    """What API Management leaves out of its document, at most ten kinds of things, each with an example."""
    health: Word | None = None
    """Healthy, Unhealthy, or Unknown: it could not be measured, or is still on its way."""


class ApiProductStatus(CommonStatus):
    """What the operator made of a product."""

    gateway_url: Annotated[str, Field(max_length=1024)] | None = None
    """The address of the gateway, or of the API where there is only one."""
    apis: Annotated[tuple[ApiState, ...], listed(at_most=10)] = ()
    """The APIs, as last seen."""
    subscriptions: Annotated[tuple[SubscriptionStatus, ...], listed(at_most=50)] = ()
    """The subscriptions that are made by name, as last seen."""
    keys_exported_to: Annotated[tuple[Annotated[str, Field(max_length=600)], ...], listed(at_most=50)] = ()
    """Where keys were handed out to, so that they can be taken back: secret/<name>, or keyVault/<vault>/<name>."""
