"""Azure's built-in roles that the operator assigns, and the assignment as a planned resource. It assigns no others.

Ids: Azure docs, "Azure built-in roles". They are the same in every cloud and tenant.
"""

from dataclasses import dataclass

from loom.plan.arm_id import subscription_of
from loom.plan.resource import Named, Resource
from loom.plan.values import Ref


@dataclass(frozen=True, slots=True)
class Role:
    """A built-in role: `id` is the GUID of its definition."""

    id: str
    name: str


ACR_PULL = Role("7f951dda-4ed3-4680-a7ca-43fe172d538d", "AcrPull")
EVENT_HUBS_DATA_OWNER = Role("f526a384-b230-433a-b45c-95f59c4a2dec", "Azure Event Hubs Data Owner")
MONITORING_METRICS_PUBLISHER = Role("3913510d-42f4-4e42-8a64-420c390055eb", "Monitoring Metrics Publisher")
READER = Role("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader")
STORAGE_BLOB_DATA_CONTRIBUTOR = Role("ba92f5b4-2d11-453d-a403-e96b0029c9fe", "Storage Blob Data Contributor")


def collection(scope: str) -> str:
    """Where the role assignments of a scope are."""
    return f"{scope}/providers/Microsoft.Authorization/roleAssignments"


def assignment(
    key: str, scope: str, role: Role, identity: str, why: str, depends_on: tuple[str, ...], condition: str
) -> Resource:
    """The identity planned as `identity` has `role` on `scope`.

    The name is a uuid5 over scope, principal and role: a new principal must give a new name, as Azure never changes the principal
    of an assignment (`RoleAssignmentUpdateNotPermitted`). `principalType` lets the assignment be made before the new principal is
    known everywhere (Azure docs: Troubleshoot Azure RBAC).
    """
    principal = Ref(identity, "properties.principalId")
    definition = f"/subscriptions/{subscription_of(scope)}/providers/Microsoft.Authorization/roleDefinitions/{role.id}"
    return Resource(
        key=key,
        id=Named(f"{collection(scope)}/", (scope, principal, role.id)),
        body={
            "properties": {
                "roleDefinitionId": definition,
                "principalId": principal,
                "principalType": "ServicePrincipal",
                "description": why,
            }
        },
        depends_on=depends_on,
        condition=condition,
    )
