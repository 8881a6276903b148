"""The types of Microsoft.ApiManagement, as data. Answers as recorded: the service is slow and sends both headers, children are quick."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from loom.sim.apim.apis import ApiChild, Apis
from loom.sim.apim.entities import Backends, Diagnostics, Groups, Loggers, NamedValues, Operations, VersionSets
from loom.sim.apim.listing import Child
from loom.sim.apim.places import APIS, GROUPS, SERVICE, SPACE
from loom.sim.apim.policies import Fragments, Policies
from loom.sim.apim.products import Links, Members, Products
from loom.sim.apim.revisions import Releases
from loom.sim.apim.schemas import Schemas
from loom.sim.apim.services import Services
from loom.sim.apim.subscriptions import Subscriptions
from loom.sim.apim.tags import TagLinks, Tags
from loom.sim.kinds import Behavior, Kind, NameRule, Refusal, Style

Json = dict[str, Any]
VERSIONS = ("2024-05-01", "2023-09-01-preview", "2022-08-01")
_SLOW = Style(
    headers="both", retry_after=20, bare=True, status_path="operationsStatuses", result_path="operationResults"
)
_QUICK = Style(headers="both", creating="InProgress", updating="InProgress", bare=True, urls="resource")


def _child(path: str, word: str, behavior: Behavior, **more: Any) -> Kind:
    """A child of the service; `word` is how its errors call it."""
    row: Json = {
        "stateful": False,
        "etag": "header",
        "names": NameRule(r"[^*#&+:<>?/]{1,256}", "Invalid entity identifier '{name}'.", "ValidationError"),
        "missing": Refusal(404, "ResourceNotFound", f"{word} not found."),
        "behavior": behavior,
    }
    return Kind(name=f"{SERVICE}/{path}", versions=VERSIONS, **{**row, **more})


def _policies(path: str, level: str) -> Kind:
    only = NameRule("policy", "The only policy document is called 'policy', not '{name}'.", "ValidationError")
    return _child(f"{path}policies", "Policy", Policies(level), patchable=False, names=only)


CHILDREN = (
    _child("apiVersionSets", "ApiVersionSet", VersionSets()),
    _child(
        "apis", "Api", Apis(), put=replace(_QUICK, seconds=10),
        delete=replace(_QUICK, seconds=3, created=202, updated=202, updating="Deleting", empty=True, done=204),
    ),
    _child("apis/diagnostics", "Diagnostic", Diagnostics()),
    _child("apis/operations", "Operation", Operations(), names=NameRule(r".{1,80}", "Invalid operation identifier.", "ValidationError")),
    _policies("apis/operations/", "operation"),
    _policies("apis/", "api"),
    _child("apis/releases", "Release", Releases()),
    _child("apis/schemas", "Schema", Schemas(), stateful=True, put=replace(_QUICK, seconds=3)),
    _child("apis/tags", "Tag", ApiChild()),
    _child("backends", "Backend", Backends()),
    _child("diagnostics", "Diagnostic", Diagnostics()),
    _child("groups", "Group", Groups()),
    _child("loggers", "Logger", Loggers()),
    _child("namedValues", "Property", NamedValues(), stateful=True, put=replace(_QUICK, seconds=3)),
    _policies("", "global"),
    _child(
        "policyFragments", "PolicyFragment", Fragments(), stateful=True, put=replace(_QUICK, seconds=3),
        id_segments={"policyFragments": "policyfragments"},
    ),
    _child("products", "Product", Products()),
    _child("products/apiLinks", "ProductApiLink", Links("api")),
    _child("products/groupLinks", "ProductGroupLink", Links("group")),
    _child("products/apis", "Api", Members(APIS), readable=False, patchable=False),
    _child("products/groups", "Group", Members(GROUPS), readable=False, patchable=False),
    _policies("products/", "product"),
    _child("subscriptions", "Subscription", Subscriptions()),
    _child("tags", "Tag", Tags()),
    _child("tags/apiLinks", "TagApiLink", TagLinks("api")),
    _child("tags/productLinks", "TagProductLink", TagLinks("product")),
    _child("users", "User", Child()),
)  # fmt: skip

SERVICES = Kind(
    name=SERVICE,
    versions=VERSIONS,
    tracked=True,
    lists=("subscription", "group"),
    names=NameRule(
        r"[A-Za-z](?=.{0,49}$)([A-Za-z0-9-]*[A-Za-z0-9])?", "The service name '{name}' is invalid.", "ValidationError"
    ),
    unique=SPACE,
    taken=Refusal(409, "ServiceAlreadyExists", "Api service already exists: {name}"),
    display_location=True,
    identity="spaced",
    put=replace(_SLOW, seconds=1800, update_seconds=60, creating="Activating"),
    delete=replace(_SLOW, seconds=120, created=202, updated=202, updating="Deleting"),
    required=("sku.name", "properties.publisherEmail", "properties.publisherName"),
    etag="header",
    system_data=True,
    behavior=Services(),
)
KINDS = (SERVICES, *CHILDREN)
