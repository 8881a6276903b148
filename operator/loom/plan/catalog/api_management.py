"""Types of an API Management service: none has tags, so they are ours by the owner's hash in their names.

An API is written revision by revision (`apis/orders;rev=2`); what its own id shows is the one that is current.
"""

from loom.plan.arm_id import REVISION
from loom.plan.arm_type import ArmType, Carry, Client, Listing, Marking, Normal, Tier, Told
from loom.plan.catalog.normals import as_xml, in_small_letters, with_plain_lines, without_slashes

SERVICE = "Microsoft.ApiManagement/service"
_VERSION = "2024-05-01"
_LANE = f"{SERVICE}/apis"

_XML = Normal("properties.value", as_xml, "policies come back with other layout and CRLF line ends (recorded)")
_RAW = (("format", "rawxml"),)


_GROUPS = Told("products", "{parent}", "properties.groups")
_TAGS = Told("tagResources", "{target}/tags/{parent_name}")


def _link(path: str, label: str, target: str, told: Told | None = None) -> ArmType:
    """A child that only says what its parent leads to, at the path `target`; who made it, and under which name, is all the same."""
    return ArmType(
        f"{SERVICE}/{path}", _VERSION, label,
        marking=Marking.NAME, listing=Listing.PARENT, tier=Tier.SLOW, client=Client.API_MANAGEMENT,
        immutable=(target,),
        same=(target,),
        told=told,
        delete_rank=10,
    )  # fmt: skip


TYPES = (
    ArmType(SERVICE, _VERSION, "api-management", client=Client.API_MANAGEMENT, delete_rank=90),
    ArmType(
        f"{SERVICE}/apis", _VERSION, "api",
        marking=Marking.NAME, listing=Listing.PARENT, client=Client.API_REVISIONS,
        unlisted=REVISION,  # the list has current revisions only
        # The document is never returned, and what is exported is another one: compared by a hash of what was sent.
        write_only=("properties.value", "properties.format", "properties.wsdlSelector", "properties.apiType"),
        normals=(
            Normal("properties.path", without_slashes, "`/x` comes back as `x` (recorded)"),
            Normal("properties.serviceUrl", without_slashes, "a slash at the end is no other address"),
        ),
        immutable=("properties.type",),
        lane=_LANE,
        delete_rank=30,
        has_etag=True,
    ),
    ArmType(
        f"{SERVICE}/apis/policies", _VERSION, "api-policy",
        marking=Marking.NAME, listing=Listing.EACH, tier=Tier.SLOW, client=Client.API_MANAGEMENT,
        normals=(_XML,), query=_RAW, lane=_LANE, heads=True,
        delete_rank=25,
        has_etag=True,
        singleton=True,
    ),
    ArmType(
        f"{SERVICE}/apis/operations", _VERSION, "operation",
        marking=Marking.NAME, listing=Listing.PARENT, tier=Tier.SLOW,
        delete_rank=28,
        has_etag=True,
    ),
    ArmType(
        f"{SERVICE}/apis/schemas", _VERSION, "api-schema",
        marking=Marking.NAME, listing=Listing.EACH, tier=Tier.SLOW,  # a list calls the current revision's by another id
        normals=(Normal("properties.document.value", with_plain_lines, "texts come back with CRLF line ends, as policies do (recorded)"),),
        lane=_LANE,
        delete_rank=27,
        has_etag=True,
    ),
    ArmType(
        f"{SERVICE}/apis/operations/policies", _VERSION, "operation-policy",
        marking=Marking.NAME, listing=Listing.EACH, tier=Tier.SLOW, client=Client.API_MANAGEMENT,
        normals=(_XML,), query=_RAW, lane=_LANE, heads=True,
        delete_rank=24,
        has_etag=True,
        singleton=True,
    ),
    ArmType(
        f"{SERVICE}/apiVersionSets", _VERSION, "version-set",
        marking=Marking.NAME, listing=Listing.PARENT, client=Client.API_MANAGEMENT,
        delete_rank=45,
        has_etag=True,
    ),
    ArmType(
        f"{SERVICE}/backends", _VERSION, "backend",
        marking=Marking.NAME, listing=Listing.PARENT, client=Client.API_MANAGEMENT,
        normals=(Normal("properties.url", without_slashes, "a slash at the end is no other address"),),
        delete_rank=40,
        has_etag=True,
    ),
    ArmType(
        f"{SERVICE}/namedValues", _VERSION, "named-value",
        marking=Marking.NAME, listing=Listing.PARENT,
        delete_rank=42,
        has_etag=True,
    ),
    ArmType(
        f"{SERVICE}/products", _VERSION, "product",
        marking=Marking.FIELD, marker_path="properties.description",
        listing=Listing.PARENT, client=Client.API_MANAGEMENT,
        list_query=(("expandGroups", "true"),),
        carries=(Carry("properties.state", "a change of the product's words must not take it off the shelf"),),
        delete_rank=20,
        has_etag=True,
    ),
    ArmType(
        f"{SERVICE}/products/policies", _VERSION, "product-policy",
        marking=Marking.NAME, listing=Listing.EACH, tier=Tier.SLOW, client=Client.API_MANAGEMENT,
        normals=(_XML,), query=_RAW, heads=True,
        delete_rank=12,
        has_etag=True,
        singleton=True,
    ),
    _link("products/apiLinks", "api-link", "properties.apiId"),  # which no list of the service shows
    _link("products/groupLinks", "group-link", "properties.groupId", _GROUPS),
    ArmType(
        f"{SERVICE}/tags", _VERSION, "tag",
        marking=Marking.NAME, listing=Listing.PARENT, client=Client.API_MANAGEMENT,
        same=("properties.displayName",),
        normals=(Normal("properties.displayName", in_small_letters, "a service has one tag of a name, whatever its case"),),
        delete_rank=45,
        has_etag=True,
    ),
    _link("tags/productLinks", "tagged-product", "properties.productId", _TAGS),
    _link("tags/apiLinks", "tagged-api", "properties.apiId", _TAGS),
    ArmType(
        f"{SERVICE}/loggers", _VERSION, "logger",
        marking=Marking.NAME, listing=Listing.PARENT, client=Client.API_MANAGEMENT,
        # What comes back names a value that the service made of them: `{{Logger-Credentials--<id>}}`.
        write_only=("properties.credentials",),
        immutable=("properties.loggerType",),
        delete_rank=45,
        has_etag=True,
    ),
    ArmType(
        f"{SERVICE}/apis/diagnostics", _VERSION, "api-diagnostics",
        marking=Marking.NAME, listing=Listing.EACH, tier=Tier.SLOW, client=Client.API_MANAGEMENT,
        lane=_LANE,
        delete_rank=24,
        has_etag=True,
        singleton=True,
    ),
    ArmType(
        f"{SERVICE}/subscriptions", _VERSION, "subscription",
        marking=Marking.NAME, listing=Listing.PARENT, client=Client.API_MANAGEMENT,
        immutable=("properties.scope",),
        delete_rank=5,
        has_etag=True,
    ),
    ArmType(f"{SERVICE}/users", _VERSION, "user", listing=Listing.EACH, tier=Tier.SLOW, client=Client.API_MANAGEMENT),
    ArmType(f"{SERVICE}/policyDescriptions", _VERSION, "policy-offer", listing=Listing.PARENT, tier=Tier.SLOW, offered=True),
    ArmType(f"{SERVICE}/groups", _VERSION, "audience", listing=Listing.PARENT, client=Client.API_MANAGEMENT),
)  # fmt: skip
