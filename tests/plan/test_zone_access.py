"""Who gets which role in a zone: what the table says, as far as the zone has the thing, and nothing that gives access to others."""

from typing import Any

import pytest

from loom.plan.resource import Named, Resource
from loom.plan.roles import Role
from loom.plan.values import at
from loom.plan.zone.access import ACCESS
from loom.plan.zone.services import SERVICES
from support.plans import id_of, plan_of
from support.worlds import Obj, rich_zone, zone_object

ADMINS, MEMBERS = ({"groupId": f"{n}0000000-0000-4000-8000-000000000000"} for n in (1, 2))
GIVES_ACCESS = {"owner", "database admin", "user access administrator", "role based access control administrator"}


def shares(**changes: Any) -> list[Resource]:
    obj: Obj = zone_object(access={"admins": [ADMINS], "members": [MEMBERS]}, **changes)
    return [resource for resource in plan_of(obj).resources if resource.key.startswith("access/")]


def test_each_group_gets_the_roles_of_its_audience_on_what_the_zone_has() -> None:
    fields = {"group", "storage", "eventHubs"}
    made = {
        (at(r.body, "properties.principalId"), at(r.body, "properties.roleDefinitionId").rsplit("/", 1)[1])
        for r in shares()
    }
    groups = {"admins": ADMINS["groupId"], "members": MEMBERS["groupId"]}
    rows = ((groups[s.audience], s.role, s.thing) for s in ACCESS)
    assert made == {(group, role.id) for group, role, thing in rows if thing in fields and isinstance(role, Role)}


def services_own(thing: str) -> dict[tuple[Any, Any], Resource]:
    """What is given out of a service's own list in a zone with everything, by group and role."""
    zone = rich_zone(access={"admins": [ADMINS], "members": [MEMBERS]})
    made = (r for r in plan_of(zone).resources if r.key.startswith("access/") and f"/{thing}/" in r.key)
    names = ("properties.roleDefinitionId", "properties.role")
    return {
        (at(r.body, "properties.principalId"), next(at(r.body, n) for n in names if at(r.body, n))): r for r in made
    }


def test_both_groups_read_and_write_documents_by_a_role_of_the_accounts_own() -> None:
    made = services_own("cosmos")
    account = plan_of(rich_zone()).find("cosmos").id
    role = f"{account}/sqlRoleDefinitions/00000000-0000-0000-0000-000000000002"
    assert set(made) == {(ADMINS["groupId"], role), (MEMBERS["groupId"], role)}
    for resource in made.values():
        assert isinstance(resource.id, Named)
        assert resource.id.prefix == f"{account}/sqlRoleAssignments/"
        assert at(resource.body, "properties.scope") == account
        assert resource.depends_on == ("cosmos",)


def test_in_the_database_admins_make_tables_members_look_and_both_send_data() -> None:
    made = services_own("kusto")
    assert set(made) == {
        (ADMINS["groupId"], "User"),
        (ADMINS["groupId"], "Ingestor"),
        (MEMBERS["groupId"], "Viewer"),
        (MEMBERS["groupId"], "Ingestor"),
    }
    assert {at(r.body, "properties.principalType") for r in made.values()} == {"Group"}
    assert {r.depends_on for r in made.values()} == {("kusto/database",)}


def test_redis_gives_groups_nothing_as_it_knows_none() -> None:
    assert "redis" not in {share.thing for share in ACCESS}


def test_data_roles_are_on_the_service_and_wait_for_it() -> None:
    (blob,) = (r for r in shares() if "storage-blob-data-owner" in r.key)
    storage = plan_of(zone_object()).find("storage")
    assert isinstance(blob.id, Named)
    assert blob.id.prefix.startswith(f"{storage.id}/providers/")
    assert blob.depends_on == ("storage",)


def test_a_service_that_the_zone_lacks_gives_nobody_a_role() -> None:
    assert {r.key.split("/")[2] for r in shares(storage=None, eventHubs=None, apps=None)} == {"group"}


def test_groups_are_told_from_the_start_that_they_are_groups() -> None:
    assert {at(r.body, "properties.principalType") for r in shares()} == {"Group"}


def test_a_group_in_both_lists_has_each_role_once() -> None:
    plan = plan_of(zone_object(access={"admins": [ADMINS], "members": [ADMINS]}))
    ids = [id_of(r) for r in plan.resources if r.key.startswith("access/")]
    assert len(ids) == len(set(ids)) == 7


def test_without_access_nobody_is_given_anything() -> None:
    assert not [r for r in plan_of(zone_object()).resources if r.key.startswith("access/")]


@pytest.mark.parametrize("share", ACCESS, ids=lambda s: f"{s.audience} on {s.thing}: {s.role.name}")
def test_no_role_of_the_table_lets_its_holder_give_access_to_others(share: Any) -> None:
    assert share.role.name.lower() not in GIVES_ACCESS


def test_every_service_of_a_row_that_can_be_declared_is_known() -> None:
    fields = {service.field for service in SERVICES}
    rows = {share.thing for share in ACCESS} - {"group"}
    assert rows <= fields
