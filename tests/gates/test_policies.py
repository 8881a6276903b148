"""What we know of policies, held against what the simulated service knows, which was written down apart from it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loom.api.policies.table import POLICIES, Row, Section
from loom.errors import Refusal
from loom.plan.product.policies.document import Node, render
from loom.plan.product.policies.raw import PLACES
from loom.plan.values import at
from loom.sim.apim import policy_check, policy_xml
from loom.sim.apim import policy_table as service
from support.plans import plan_of
from support.specs import products
from support.worlds import Obj

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


@settings(deadline=None, derandomize=True, max_examples=50)
@given(products())
def test_whatever_is_declared_is_a_document_that_the_service_takes(obj: Obj) -> None:
    known = frozenset(service.POLICIES)
    for resource in plan_of(obj).resources:
        if resource.id and str(resource.id).endswith("/policies/policy"):
            level = (
                "operation"
                if "/operations/" in str(resource.id)
                else "product"
                if "/products/" in str(resource.id)
                else "api"
            )
            document = policy_xml.read(str(at(resource.body, "properties.value")), raw=True)
            assert policy_check.faults(document, level, known) == []


@settings(deadline=None, derandomize=True)
@given(st.text(min_size=1, max_size=200))
def test_a_text_arrives_as_it_is_or_not_at_all(text: str) -> None:
    try:
        made = render({Section.INBOUND: [Node("set-header", {"name": text}, (Node("value", text=text),))]})
    except Refusal:
        return
    found = policy_xml.read(made, raw=True).child("inbound")
    assert found is not None
    (header,) = [item for item in found if item.name == "set-header"]
    (value,) = header
    assert (len(list(found.all())), value.text) == (4, text.strip())
    assert not any(policy_xml.is_expression(item) for item in (value.text, *header.attributes.values()))


@pytest.mark.parametrize("name", PLACES)
def test_text_may_stand_only_where_the_service_takes_it(name: str) -> None:
    assert {SECTIONS[section] for section in PLACES[name]} <= service.POLICIES[name].sections
