"""What we know of policies, held against what the simulated service knows, which was written down apart from it."""

import pytest

from loom.api.policies.table import POLICIES, Row, Section
from loom.plan.product.policies.raw import PLACES
from loom.sim.apim import policy_table as service

SECTIONS = {
    Section.INBOUND: "inbound",
    Section.BACKEND: "backend",
    Section.OUTBOUND: "outbound",
    Section.ON_ERROR: "on-error",
}
OF_ANOTHER_CACHE = {"cache-lookup", "cache-store"}
"""The service has them in every tier; without a cache of its own, as in Consumption, they keep nothing."""


@pytest.mark.parametrize("row", POLICIES, ids=lambda row: f"{row.field} {row.when}")
def test_a_policy_exists_where_the_table_says(row: Row) -> None:
    main = service.POLICIES[row.elements[0]]
    assert {SECTIONS[section] for section in row.sections} <= main.sections
    assert set(row.levels) == main.levels - {"global"}
    assert all(set(row.levels) <= service.POLICIES[element].levels for element in row.elements)


@pytest.mark.parametrize("row", POLICIES, ids=lambda row: f"{row.field} {row.when}")
def test_a_tier_lacks_what_the_table_says(row: Row) -> None:
    lacking = {tier for tier, names in service.LACKING.items() if set(row.elements) & names}
    assert {tier.lower() for tier in row.lacking} == lacking | (
        {"consumption"} if set(row.elements) <= OF_ANOTHER_CACHE else set()
    )


@pytest.mark.parametrize("name", PLACES)
def test_text_may_stand_only_where_the_service_takes_it(name: str) -> None:
    assert {SECTIONS[section] for section in PLACES[name]} <= service.POLICIES[name].sections
