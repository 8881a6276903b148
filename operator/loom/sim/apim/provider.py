"""Microsoft.ApiManagement as one provider: its types, the routes that are no resource, and the gateways' host names."""

from __future__ import annotations

from loom.sim.apim import gateway, policies, revisions, services, subscriptions, tags
from loom.sim.apim.kinds import KINDS, VERSIONS
from loom.sim.apim.places import NAMESPACE
from loom.sim.kinds import Provider, Route

_SUBSCRIPTION = r"(?P<scope>/subscriptions/[^/]+)/providers/Microsoft\.ApiManagement"
_SERVICE = r"(?P<scope>/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.ApiManagement/service/[^/]+)"
_DELETED = rf"{_SUBSCRIPTION}/locations/(?P<location>[^/]+)/deletedservices/(?P<name>[^/]+)"
_ROWS = (
    ("GET", rf"{_SUBSCRIPTION}/deletedservices", "deletedservices/read", services.list_deleted),
    ("GET", _DELETED, "locations/deletedservices/read", services.get_deleted),
    ("DELETE", _DELETED, "locations/deletedservices/delete", services.purge),
    ("POST", rf"{_SUBSCRIPTION}/checkNameAvailability", "checkNameAvailability/read", services.check_name),
    ("GET", rf"{_SERVICE}/policyDescriptions", "service/policyDescriptions/read", policies.describe),
    ("GET", rf"{_SERVICE}/tagResources", "service/tagResources/read", tags.list_tagged),
    ("GET", rf"{_SERVICE}/apis/(?P<api>[^/]+)/revisions", "service/apis/revisions/read", revisions.list_revisions),
    (
        "GET",
        rf"{_SERVICE}/products/(?P<product>[^/]+)/subscriptions",
        "service/products/subscriptions/read",
        subscriptions.list_of_product,
    ),
    ("POST", rf"{_SERVICE}/validatePolicies", "service/validatePolicies/action", policies.validate),
)

PROVIDER = Provider(
    namespace=NAMESPACE,
    kinds=KINDS,
    hosts=((gateway.HOST, gateway.answer),),
    meant=revisions.meant,
    routes=tuple(
        Route(method, path, VERSIONS, f"{NAMESPACE}/{action}", handler) for method, path, action, handler in _ROWS
    ),
)
