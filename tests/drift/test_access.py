"""Access ends with its line: a group that leaves the spec loses its roles, even while something else of the zone fails."""

from typing import Any

import pytest

from loom.plan.arm_id import type_of
from support.converged import ZONE, Converged
from support.drifts import ADMINS, MEMBERS, SHARES

pytestmark = pytest.mark.asyncio(loop_scope="session")


LISTS = ("roleassignments", "principalassignments")


def assignments_of(estate: Converged, group: str) -> list[str]:
    found = (estate.azure.get(arm_id) for arm_id in estate.azure.ids() if type_of(arm_id).lower().endswith(LISTS))
    return [body["id"] for body in found if body and body["properties"]["principalId"] == group]


def leaves(audience: str) -> Any:
    def edit(spec: dict[str, Any]) -> None:
        spec["access"] = {name: groups for name, groups in spec["access"].items() if name != audience}

    return edit


async def test_a_group_that_leaves_the_spec_loses_its_roles_and_no_other_does(estate: Converged) -> None:
    others = assignments_of(estate, ADMINS)
    shares = [share for share in SHARES if MEMBERS in share]
    assert len(assignments_of(estate, MEMBERS)) == len(shares)
    estate.play.change(ZONE, leaves("members"))
    await estate.meet()
    mended = await estate.mend()
    assert [write.split()[0] for write in mended.writes] == ["DELETE"] * len(shares)
    assert assignments_of(estate, MEMBERS) == []
    assert assignments_of(estate, ADMINS) == others
    await estate.is_quiet()


async def test_it_loses_them_though_something_else_of_the_zone_fails(estate: Converged) -> None:
    estate.edit("storage", {"properties": {"allowSharedKeyAccess": True}})
    estate.azure.fault(kind="error", method="PUT", path="storageAccounts", status=403, code="RequestDisallowedByPolicy")
    estate.play.change(ZONE, leaves("admins"))
    await estate.meet()
    await estate.look()
    estate.azure.advance(60)  # what a service takes for it
    assert assignments_of(estate, ADMINS) == []
    assert not estate.holds()


async def test_roles_of_apps_are_not_taken_for_revoked_while_their_identity_is_away(estate: Converged) -> None:
    role = next(name for name in estate.ids if name.startswith("role/loom-mirroring/"))
    before = estate.ids[role]
    estate.delete("identity/loom-mirroring")
    estate.azure.fault(kind="error", method="PUT", path="userAssignedIdentities", status=403, code="ScopeLocked")
    await estate.look()
    assert estate.azure.get(before) is not None


async def test_an_assignment_that_somebody_else_made_counts_and_stays(estate: Converged) -> None:
    name = f"access/{MEMBERS}/group/reader"
    ours = estate.body(name)
    estate.delete(name)
    theirs = f"{ours['id'].rpartition('/')[0]}/7e2b1f1e-0d3c-4b42-9f52-0a6f4d5f9b12"
    kept = ("roleDefinitionId", "principalId", "principalType", "scope")
    estate.azure.seed(theirs, {"properties": {field: ours["properties"][field] for field in kept}})
    mended = await estate.mend()
    assert mended.writes == ()
    estate.play.change(ZONE, leaves("members"))
    await estate.meet()
    await estate.mend()
    assert estate.azure.get(theirs) is not None
