"""Azure's built-in roles that the operator assigns, and the assignment as a planned resource. It assigns no others.

Ids: Azure docs, "Azure built-in roles". They are the same in every cloud and tenant.
"""

from dataclasses import dataclass

from loom.plan.arm_id import subscription_of
from loom.plan.resource import Named, Resource
from loom.plan.values import Ref, Value


@dataclass(frozen=True, slots=True)
class Role:
    """A built-in role: `id` is the GUID of its definition."""

    id: str
    name: str

    @property
    def slug(self) -> str:
        """The name as a part of a plan's key."""
        return self.name.replace(" ", "-").lower()


ACR_PULL = Role("7f951dda-4ed3-4680-a7ca-43fe172d538d", "AcrPull")
CONTRIBUTOR = Role("b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor")
EVENT_HUBS_DATA_OWNER = Role("f526a384-b230-433a-b45c-95f59c4a2dec", "Azure Event Hubs Data Owner")
EVENT_HUBS_DATA_RECEIVER = Role("a638d3c7-ab3a-418d-83e6-5f17a39d4fde", "Azure Event Hubs Data Receiver")
EVENT_HUBS_DATA_SENDER = Role("2b629674-e913-4c01-ae53-ef4638d8f975", "Azure Event Hubs Data Sender")
KEY_VAULT_SECRETS_OFFICER = Role("b86a8fe4-44ce-4948-aee5-eccb2c155cd7", "Key Vault Secrets Officer")
KEY_VAULT_SECRETS_USER = Role("4633458b-17de-408a-b874-0445c86b69e6", "Key Vault Secrets User")
MONITORING_METRICS_PUBLISHER = Role("3913510d-42f4-4e42-8a64-420c390055eb", "Monitoring Metrics Publisher")
READER = Role("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader")
SERVICE_BUS_DATA_OWNER = Role("090c5cfd-751d-490a-894a-3ce6f1109419", "Azure Service Bus Data Owner")
SERVICE_BUS_DATA_RECEIVER = Role("4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0", "Azure Service Bus Data Receiver")
SERVICE_BUS_DATA_SENDER = Role("69a216fc-b8fb-44d8-bc22-1f3c2cd27a39", "Azure Service Bus Data Sender")
STORAGE_BLOB_DATA_CONTRIBUTOR = Role("ba92f5b4-2d11-453d-a403-e96b0029c9fe", "Storage Blob Data Contributor")
STORAGE_BLOB_DATA_OWNER = Role("b7e6dc6d-f1e8-4753-8033-0f276bb0955b", "Storage Blob Data Owner")


def collection(scope: str) -> str:
    """Where the role assignments of a scope are."""
    return f"{scope}/providers/Microsoft.Authorization/roleAssignments"


def assignment(
    key: str,
    scope: str,
    role: Role,
    identity: str,
    why: str,
    depends_on: tuple[str, ...],
    condition: str,
    *,
    principal: str = "properties.principalId",
) -> Resource:
    """The identity planned as `identity`, whose object id stands at `principal`, has `role` on `scope`.

    The name is a uuid5 over scope, principal and role: a new principal must give a new name, as Azure never changes the principal
    of an assignment (`RoleAssignmentUpdateNotPermitted`). `principalType` lets the assignment be made before the new principal is
    known everywhere (Azure docs: Troubleshoot Azure RBAC).
    """
    who = Ref(identity, principal)
    return Resource(
        key,
        _named(scope, role, who),
        _body(scope, role, who, "ServicePrincipal", why),
        depends_on,
        condition,
    )


def group_assignment(
    key: str, scope: str, role: Role, group_id: str, why: str, depends_on: tuple[str, ...]
) -> Resource:
    """The group of people with this object id has `role` on `scope`."""
    return Resource(key, _named(scope, role, group_id), _body(scope, role, group_id, "Group", why), depends_on)


def _named(scope: str, role: Role, principal: Ref | str) -> Named:
    return Named(f"{collection(scope)}/", (scope, principal, role.id))


def _body(scope: str, role: Role, principal: Ref | str, kind: str, why: str) -> dict[str, Value]:
    definition = f"/subscriptions/{subscription_of(scope)}/providers/Microsoft.Authorization/roleDefinitions/{role.id}"
    properties = {"roleDefinitionId": definition, "principalId": principal, "principalType": kind, "description": why}
    return {"properties": properties}
