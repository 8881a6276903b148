"""Role-based access: may this principal do this here? Role assignments are ordinary resources, and take effect with a delay."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from loom.sim.errors import ArmError
from loom.sim.ids import ancestors, name_of
from loom.sim.store import Resource, Store

Json = dict[str, Any]
ASSIGNMENTS = "Microsoft.Authorization/roleAssignments"
DEFINITIONS = "Microsoft.Authorization/roleDefinitions"
_BELOW_SCOPE = f"/providers/{ASSIGNMENTS.lower()}/"


@dataclass(frozen=True, slots=True)
class Role:
    """What a role allows on the control plane. Data actions are kept for what reads them (image pulls)."""

    name: str
    actions: tuple[str, ...]
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()

    def allows(self, action: str) -> bool:
        return _any(self.actions, action) and not _any(self.not_actions, action)


_AUTHORIZATION_WRITES = (
    "Microsoft.Authorization/*/Delete",
    "Microsoft.Authorization/*/Write",
    "Microsoft.Authorization/elevateAccess/Action",
)
BUILT_IN: dict[str, Role] = {
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": Role("Owner", ("*",)),
    "b24988ac-6180-42a0-ab88-20f7382dd24c": Role("Contributor", ("*",), _AUTHORIZATION_WRITES),
    "acdd72a7-3385-48ef-bd42-f606fba81ae7": Role("Reader", ("*/read",)),
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": Role("User Access Administrator", ("*/read", "Microsoft.Authorization/*")),
    "f58310d9-a9f6-439a-9e8d-f62e7b41a168": Role(
        "Role Based Access Control Administrator", ("Microsoft.Authorization/roleAssignments/*", "*/read")
    ),
    "4d97b98b-1d4f-4787-a291-c67834d212e7": Role(
        "Network Contributor",
        (
            "Microsoft.Authorization/*/read",
            "Microsoft.Network/*",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
        ),
    ),
    "e40ec5ca-96e0-45a2-b4ff-59039f2c2b59": Role(
        "Managed Identity Contributor", ("Microsoft.ManagedIdentity/*", "*/read")
    ),
    "f1a07417-d97a-45cb-824c-7a7467783830": Role(
        "Managed Identity Operator", ("Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action", "*/read")
    ),
    "7f951dda-4ed3-4680-a7ca-43fe172d538d": Role("AcrPull", ("Microsoft.ContainerRegistry/registries/pull/read",)),
    "b93aa761-3e63-49ed-ac28-beffa264f7ac": Role(
        "Container Registry Repository Reader",
        (),
        (),
        ("Microsoft.ContainerRegistry/registries/repositories/content/read",),
    ),
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": Role(
        "Storage Blob Data Owner", ("Microsoft.Storage/storageAccounts/blobServices/containers/*",)
    ),
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe": Role(
        "Storage Blob Data Contributor", ("Microsoft.Storage/storageAccounts/blobServices/containers/read",)
    ),
    "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1": Role(
        "Storage Blob Data Reader", ("Microsoft.Storage/storageAccounts/blobServices/containers/read",)
    ),
    "f526a384-b230-433a-b45c-95f59c4a2dec": Role("Azure Event Hubs Data Owner", ("Microsoft.EventHub/*",)),
    "a638d3c7-ab3a-418d-83e6-5f17a39d4fde": Role(
        "Azure Event Hubs Data Receiver", ("Microsoft.EventHub/*/eventhubs/consumergroups/read",)
    ),
    "2b629674-e913-4c01-ae53-ef4638d8f975": Role(
        "Azure Event Hubs Data Sender", ("Microsoft.EventHub/*/eventhubs/read",)
    ),
    "090c5cfd-751d-490a-894a-3ce6f1109419": Role("Azure Service Bus Data Owner", ("Microsoft.ServiceBus/*",)),
    "4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0": Role(
        "Azure Service Bus Data Receiver", ("Microsoft.ServiceBus/*/queues/read",)
    ),
    "69a216fc-b8fb-44d8-bc22-1f3c2cd27a39": Role(
        "Azure Service Bus Data Sender", ("Microsoft.ServiceBus/*/queues/read",)
    ),
    "4633458b-17de-408a-b874-0445c86b69e6": Role(
        "Key Vault Secrets User", (), (), ("Microsoft.KeyVault/vaults/secrets/getSecret/action",)
    ),
    "b86a8fe4-44ce-4948-aee5-eccb2c155cd7": Role(
        "Key Vault Secrets Officer", ("Microsoft.KeyVault/vaults/read", "Microsoft.KeyVault/vaults/secrets/read")
    ),
    "3913510d-42f4-4e42-8a64-420c390055eb": Role(
        "Monitoring Metrics Publisher",
        ("Microsoft.Insights/Register/Action", "Microsoft.Resources/subscriptions/resourceGroups/read"),
    ),
    "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd": Role(
        "Cognitive Services OpenAI User", ("Microsoft.CognitiveServices/*/read",)
    ),
}


@dataclass(frozen=True, slots=True)
class Access:
    """The rights of a moment."""

    store: Store
    now: float

    def allows(self, principal_id: str, action: str, scope: str, *, data: bool = False) -> bool:
        """Whether an assignment in force on the scope or above it allows the action (a data action, if `data`)."""
        return any(
            (_any(role.data_actions, action) if data else role.allows(action))
            for assignment in self._of(principal_id, scope)
            if (role := self._role(str(assignment.properties.get("roleDefinitionId", "")))) is not None
        )

    def _of(self, principal_id: str, scope: str) -> list[Resource]:
        return [
            assignment
            for above in ancestors(scope)
            for assignment in assignments_of(self.store, "" if above == "/" else above, principal_id)
            if float(assignment.hidden.get("effective", 0.0)) <= self.now
        ]

    def _role(self, definition_id: str) -> Role | None:
        name = name_of(definition_id).lower()
        built_in = BUILT_IN.get(name)
        if built_in is not None:
            return built_in
        custom = next((item for item in self.store.of_type(DEFINITIONS) if item.name.lower() == name), None)
        if custom is None:
            return None
        permissions = custom.properties.get("permissions") or []
        return Role(
            str(custom.properties.get("roleName", name)),
            tuple(item for one in permissions for item in one.get("actions") or ()),
            tuple(item for one in permissions for item in one.get("notActions") or ()),
            tuple(item for one in permissions for item in one.get("dataActions") or ()),
        )

    def knows_role(self, definition_id: str) -> bool:
        return self._role(definition_id) is not None


def assignments_of(store: Store, scope: str, principal_id: str) -> list[Resource]:
    """What a principal holds at exactly one scope, in force or not."""
    return store.where(ASSIGNMENTS, _who_and_where, f"{principal_id} {scope}")


def _who_and_where(assignment: Resource) -> str:
    scope = assignment.key.rpartition(_BELOW_SCOPE)[0]
    return f"{assignment.properties.get('principalId', '')} {scope}"


def denied(client_id: str, object_id: str, action: str, scope: str) -> ArmError:
    """403 `AuthorizationFailed`, which names the missing action and the scope."""
    message = (
        f"The client '{client_id}' with object id '{object_id}' does not have authorization to perform action '{action}' over "
        f"scope '{scope}' or the scope is invalid. If access was recently granted, please refresh your credentials."
    )
    return ArmError(403, "AuthorizationFailed", message)


def linked_denied(client_id: str, object_id: str, action: str, linked: tuple[str, str]) -> ArmError:
    """403 `LinkedAuthorizationFailed`: the write itself is allowed, what it refers to is not. `linked`: (scope, linked action)."""
    scope, linked_action = linked
    message = (
        f"The client '{client_id}' with object id '{object_id}' has permission to perform action '{action}'; however, it does not "
        f"have permission to perform action(s) '{linked_action}' on the linked scope(s) '{scope}' (respectively) or the linked "
        "scope(s) are invalid."
    )
    return ArmError(403, "LinkedAuthorizationFailed", message)


def _any(patterns: tuple[str, ...], action: str) -> bool:
    return any(_pattern(pattern).fullmatch(action) is not None for pattern in patterns)


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text).replace(r"\*", ".*"), re.IGNORECASE)
