"""Gate 2: every body that is planned satisfies Azure's own type tables, judged by an oracle that knows nothing of us."""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loom.api.admin_plane import Cloud
from loom.errors import Refusal
from loom.plan.catalog import TYPES
from loom.plan.clouds import ABSENT
from support.plans import bodies, plan_of
from support.samples import sample
from support.specs import planes, products, zones
from support.tables import ABOVE, tables
from support.worlds import Obj, plane_object, product_object, ways_in, world, zone_object

EXAMPLES = int(os.environ.get("LOOM_EXAMPLES", "150"))
generated = settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def _violations(obj: Obj, plane: Obj | None = None, zone: Obj | None = None) -> list[str]:
    context = world(obj, plane, zone)
    return [
        f"{what}: {violation}"
        for what, kind, body in bodies(plan_of(obj, context), context)
        if kind.name not in ABOVE
        for violation in tables().violations(kind.name, kind.api_version, body)
    ]


@pytest.mark.parametrize("row", TYPES.values(), ids=lambda row: row.name)
def test_every_type_of_the_catalog_is_in_the_tables_with_its_version(row: Any) -> None:
    name = ABOVE.get(
        row.name, row.name.rpartition("/")[0] if row.offered else row.name
    )  # what is only listed goes so too
    assert tables().known(name, row.api_version)


@pytest.mark.parametrize(
    "obj", [zone_object(), zone_object(accessPaths=ways_in()), product_object()], ids=["zone", "ways-in", "product"]
)
def test_the_bodies_of_an_ordinary_object_satisfy_the_tables(obj: Obj) -> None:
    assert _violations(obj) == []


@pytest.mark.parametrize("kind", ["DataLandingZone", "ApiProduct"])
def test_the_bodies_of_the_samples_satisfy_the_tables(kind: str) -> None:
    assert _violations(sample(kind), sample("AdminPlane"), sample("DataLandingZone")) == []


def test_the_judge_finds_a_body_that_is_wrong() -> None:
    wrong = {"location": "eastus2", "properties": {"isHnsEnabled": "yes", "provisioningState": "Succeeded"}}
    assert len(tables().violations("Microsoft.Storage/storageAccounts", "2025-06-01", wrong)) == 4


@generated
@given(zones(), planes())
def test_the_bodies_of_any_zone_satisfy_the_tables(obj: Obj, plane: Obj) -> None:
    for absence in ABSENT[Cloud(plane["spec"]["cloud"])]:
        if absence.field in obj["spec"]:
            refusal = _refusal(obj, plane)
            assert refusal
            assert (refusal.reason, f"spec.{absence.field}" in refusal.message) == ("NotAvailable", True)
            del obj["spec"][absence.field]
    assert _violations(obj, plane) == []


@generated
@given(products())
def test_the_bodies_of_any_product_satisfy_the_tables(obj: Obj) -> None:
    assert _violations(obj) == []


@generated
@given(zones(), st.sampled_from(["applicationInsights", "containerRegistry", "apps"]))
def test_a_plane_that_lacks_something_gives_a_plan_or_a_sentence_that_names_it(obj: Obj, absent: str) -> None:
    plane = plane_object(**{absent: None})
    refusal = _refusal(obj, plane)
    if refusal is None:
        assert _violations(obj, plane) == []
    else:
        assert (refusal.reason, f"spec.{absent}" in refusal.message) == ("NotInAdminPlane", True)


def _refusal(obj: Obj, plane: Obj) -> Refusal | None:
    try:
        plan_of(obj, world(obj, plane))
    except Refusal as refusal:
        return refusal
    return None
