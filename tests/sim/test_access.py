from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from support.simulator import Simulator

from .shapes import ACCOUNT, GROUPS, IDENTITY, NETWORK, ROLES, STORAGE, account, group, network, space, within

READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
SENDER = "2b629674-e913-4c01-ae53-ef4638d8f975"


def role_body(principal: str, role: str = READER, **more: Any) -> dict[str, Any]:
    definition = f"/providers/Microsoft.Authorization/roleDefinitions/{role}"
    return {"properties": {"principalId": principal, "roleDefinitionId": definition, **more}}


def assignment(scope: str, name: str = "") -> str:
    return f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name or uuid4()}?api-version={ROLES}"


def test_without_a_role_everything_is_forbidden_by_name_of_action_and_scope(azure: Simulator) -> None:
    rg, nobody = group(azure), azure.principal("nobody")
    answer = azure.call("PUT", f"{account(rg)}?api-version={STORAGE}", ACCOUNT, principal=nobody)
    message = answer.body["error"]["message"]
    assert (answer.status, answer.body["error"]["code"]) == (403, "AuthorizationFailed")
    assert "'Microsoft.Storage/storageAccounts/write'" in message
    assert f"over scope '{account(rg)}'" in message


@pytest.mark.parametrize(
    ("role", "read", "write", "assign"),
    [
        ("Owner", 200, 202, 201),
        ("Contributor", 200, 202, 403),
        ("Reader", 200, 403, 403),
        ("User Access Administrator", 200, 403, 201),
    ],
)
def test_built_in_roles_allow_what_their_names_say(
    azure: Simulator, role: str, read: int, write: int, assign: int
) -> None:
    rg = group(azure)
    azure.seed(account(rg, "saother"), ACCOUNT)
    caller = azure.principal("caller", roles=[(role, rg)])
    answers = [
        azure.call("GET", f"{account(rg, 'saother')}?api-version={STORAGE}", principal=caller).status,
        azure.call("PUT", f"{account(rg)}?api-version={STORAGE}", ACCOUNT, principal=caller).status,
        azure.call("PUT", assignment(rg), role_body(azure.world.operator.object_id), principal=caller).status,
    ]
    assert answers == [read, write, assign]


def test_roles_reach_down_and_not_sideways(azure: Simulator) -> None:
    rg = group(azure)
    caller = azure.principal("caller", roles=[("Reader", rg)])
    azure.seed(azure.group_id("other"), {"location": "eastus2"})
    inside = azure.call("GET", f"{rg}/resources?api-version={GROUPS}", principal=caller)
    outside = azure.call("GET", f"{azure.group_id('other')}?api-version={GROUPS}", principal=caller)
    assert (inside.status, outside.status) == (200, 403)


def test_a_custom_role_allows_its_own_actions(azure: Simulator) -> None:
    rg, caller = group(azure), azure.principal("caller")
    definition = str(uuid4())
    scope = f"/subscriptions/{azure.subscription_id}/providers/Microsoft.Authorization/roleDefinitions/{definition}"
    azure.seed(
        scope,
        {
            "properties": {
                "roleName": "Storage maker",
                "permissions": [{"actions": ["Microsoft.Storage/*"], "notActions": ["*/delete"]}],
            }
        },
    )
    azure.door("POST", "/sim/principals", {"name": "caller", "roles": [{"role": definition, "scope": rg}]})
    path = f"{account(rg)}?api-version={STORAGE}"
    assert azure.call("PUT", path, ACCOUNT, principal=caller).status == 202
    assert azure.call("DELETE", path, principal=caller).status == 403
    assert azure.call("GET", f"{rg}?api-version={GROUPS}", principal=caller).status == 403


def test_a_new_assignment_takes_effect_after_a_delay(azure: Simulator) -> None:
    rg, caller = group(azure), azure.principal("caller")
    body = role_body(caller.object_id, principalType="ServicePrincipal")
    assert azure.call("PUT", assignment(rg), body).status == 201
    early = azure.call("GET", f"{rg}?api-version={GROUPS}", principal=caller)
    azure.advance(60)
    late = azure.call("GET", f"{rg}?api-version={GROUPS}", principal=caller)
    assert (early.status, late.status) == (403, 200)


def test_one_principal_one_role_one_scope_whatever_the_name(azure: Simulator) -> None:
    rg, caller = group(azure), azure.principal("caller")
    first = azure.call("PUT", assignment(rg, "11111111-2222-4333-8444-555555555555"), role_body(caller.object_id))
    second = azure.call("PUT", assignment(rg), role_body(caller.object_id))
    elsewhere = azure.call("PUT", assignment(f"/subscriptions/{azure.subscription_id}"), role_body(caller.object_id))
    assert (first.status, second.status, elsewhere.status) == (201, 409, 201)
    assert second.body["error"]["code"] == "RoleAssignmentExists"
    assert "11111111222243338444555555555555" in second.body["error"]["message"]


def test_an_assignment_never_changes_its_principal(azure: Simulator) -> None:
    rg, name = group(azure), str(uuid4())
    azure.call("PUT", assignment(rg, name), role_body(azure.principal("one").object_id))
    answer = azure.call("PUT", assignment(rg, name), role_body(azure.principal("two").object_id))
    assert (answer.status, answer.body["error"]["code"]) == (400, "RoleAssignmentUpdateNotPermitted")


def test_a_young_identity_is_found_only_if_its_type_is_told(azure: Simulator) -> None:
    rg = group(azure)
    identity = within(rg, "Microsoft.ManagedIdentity/userAssignedIdentities", "id1")
    principal = azure.call("PUT", f"{identity}?api-version={IDENTITY}", {"location": "eastus2"}).body["properties"][
        "principalId"
    ]
    unknown = azure.call("PUT", assignment(rg), role_body(principal))
    told = azure.call("PUT", assignment(rg), role_body(principal, SENDER, principalType="ServicePrincipal"))
    azure.advance(31)
    later = azure.call("PUT", assignment(rg), role_body(principal))
    assert unknown.body["error"]["code"] == "PrincipalNotFound"
    assert (told.status, later.status) == (201, 201)


def test_a_role_that_does_not_exist_is_refused(azure: Simulator) -> None:
    answer = azure.call("PUT", assignment(group(azure)), role_body(azure.world.operator.object_id, str(uuid4())))
    assert answer.body["error"]["code"] == "RoleDefinitionDoesNotExist"


def test_assignments_are_listed_at_and_above_a_scope_and_below_it_unless_asked_not_to(azure: Simulator) -> None:
    rg = group(azure)
    azure.seed(account(rg), ACCOUNT)
    above = azure.call(
        "PUT", assignment(f"/subscriptions/{azure.subscription_id}"), role_body(azure.world.operator.object_id)
    ).body["name"]
    at = azure.call("PUT", assignment(rg), role_body(azure.world.operator.object_id)).body["name"]
    below = azure.call("PUT", assignment(account(rg)), role_body(azure.world.operator.object_id)).body["name"]
    listing = f"{rg}/providers/Microsoft.Authorization/roleAssignments?api-version={ROLES}"
    everything = {item["name"] for item in azure.call("GET", listing).body["value"]}
    at_scope = {item["name"] for item in azure.call("GET", f"{listing}&$filter=atScope()").body["value"]}
    nobody = azure.call("GET", f"{listing}&$filter=principalId eq '{uuid4()}'").body["value"]
    assert {above, at, below} <= everything
    assert at_scope & {above, at, below} == {above, at}
    assert nobody == []


def test_using_another_resource_needs_a_right_on_it(azure: Simulator) -> None:
    rg, far = group(azure), azure.group_id("far")
    azure.seed(network(rg), space("10.0.0.0/16"))
    azure.seed(network(far, "hub"), space("10.1.0.0/16"))
    caller = azure.principal("caller", roles=[("Network Contributor", rg), ("Reader", far)])
    path = f"{network(rg)}/virtualNetworkPeerings/to-hub?api-version={NETWORK}"
    answer = azure.call(
        "PUT", path, {"properties": {"remoteVirtualNetwork": {"id": network(far, "hub")}}}, principal=caller
    )
    assert (answer.status, answer.body["error"]["code"]) == (403, "LinkedAuthorizationFailed")
    assert "virtualNetworks/peer/action" in answer.body["error"]["message"]


def test_rights_can_be_taken_away(azure: Simulator) -> None:
    rg = group(azure)
    azure.door("POST", "/sim/revoke", {"name": "operator"})
    assert azure.call("GET", f"{rg}?api-version={GROUPS}").status == 403


def test_role_definitions_are_found_by_name(azure: Simulator) -> None:
    path = f"{group(azure)}/providers/Microsoft.Authorization/roleDefinitions?api-version={ROLES}&$filter=roleName eq 'AcrPull'"
    found = azure.call("GET", path).body["value"]
    assert [item["name"] for item in found] == ["7f951dda-4ed3-4680-a7ca-43fe172d538d"]
    assert azure.call("GET", f"{found[0]['id']}?api-version={ROLES}").body["properties"]["roleName"] == "AcrPull"
