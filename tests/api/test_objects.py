"""From an object to its spec: what is understood, and how what is wrong is told."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from loom.api.kinds import API_PRODUCT, DATA_LANDING_ZONE, KINDS, kind_of
from loom.api.meta import Adoption, Policy
from loom.api.objects import Problem, SpecError, identify, parse
from support.kinds import changed, complete

SMALLEST_ZONE = {
    "apiVersion": "csaloom.io/v1alpha1",
    "kind": "DataLandingZone",
    "metadata": {"name": "finance", "namespace": "domain-finance"},
    "spec": {
        "adminPlaneRef": {"name": "eastus2"},
        "domain": "finance",
        "environment": "Production",
        "subscriptionId": "44444444-4444-4444-8444-444444444444",
        "location": "eastus2",
    },
}


def problems(obj: dict[str, object]) -> tuple[Problem, ...]:
    with pytest.raises(SpecError) as refused:
        parse(identify(obj), obj)
    return refused.value.problems


def test_a_zone_of_nothing_but_its_place_is_one() -> None:
    spec = parse(DATA_LANDING_ZONE, SMALLEST_ZONE)

    assert (spec.network, spec.storage, spec.event_hubs, spec.apps) == (None, None, None, None)
    assert (spec.policy, spec.adoption, spec.suspend) == (Policy.MANAGE, Adoption.REFUSE, False)
    assert spec.interval == timedelta(minutes=10)


def test_an_empty_service_leaves_every_choice_to_the_planner() -> None:
    network = {"addressSpace": "10.100.0.0/20"}
    obj = changed(SMALLEST_ZONE, {"spec.network": network, "spec.storage": {}, "spec.eventHubs": {}})
    spec = parse(DATA_LANDING_ZONE, obj)

    assert (spec.storage.redundancy, spec.storage.soft_delete_days, spec.storage.filesystems) == (None, None, ())
    assert (spec.event_hubs.throughput_units, spec.event_hubs.hubs) == (None, ())


def test_a_null_is_a_field_left_out() -> None:
    assert (
        parse(DATA_LANDING_ZONE, changed(SMALLEST_ZONE, {"spec.policy": "Manage"}) | {"status": None}).network is None
    )


def test_a_product_is_a_draft_that_needs_a_subscription_until_it_says_otherwise() -> None:
    obj = changed(complete("ApiProduct"), {"spec.state": None, "spec.subscription": None, "spec.visibleTo": None})
    spec = parse(API_PRODUCT, obj)

    assert (spec.state, spec.subscription.required, spec.visible_to) == ("Draft", True, ())


def test_a_spec_cannot_be_changed_once_it_is_read() -> None:
    spec = parse(DATA_LANDING_ZONE, SMALLEST_ZONE)

    with pytest.raises(ValidationError, match="frozen"):
        spec.domain = "sales"


def test_every_fault_is_told_at_once_with_its_place() -> None:
    found = problems(
        changed(complete("DataLandingZone"), {"spec.domain": None, "spec.interval": "soon", "spec.costCentre": 1})
    )

    assert {str(problem) for problem in found} == {
        "spec.domain: is required",
        "spec.interval: 'soon' is not a duration; write a number with ms, s, m or h, such as 90s, 10m or 1h30m",
        "spec.costCentre: is not a field here; did you mean costCenter?",
    }


def test_what_has_the_wrong_form_is_told_what_it_is_and_not_only_a_pattern() -> None:
    wrong = {
        "spec.storage": True,
        "spec.eventHubs.hubs": "orders",
        "spec.owner.name": None,
        "spec.location": "East US 2",
    }
    found = problems(changed(complete("DataLandingZone"), wrong))

    assert {str(problem) for problem in found} == {
        "spec.storage: is an object of fields",
        "spec.eventHubs.hubs: is a list",
        "spec.owner.name: is required",
        "spec.location: 'East US 2' does not match ^[a-z][a-z0-9]*$"
        " (The Azure location that the zone is made in, such as eastus2)",
    }


def test_a_field_of_a_lists_entry_is_found_by_its_near_name() -> None:
    product = complete("ApiProduct")
    first = product["spec"]["apis"][0] | {"backend": "orders", "xyz": 1}
    found = problems(changed(product, {"spec.apis": [first]}))

    assert {str(problem) for problem in found} == {
        "spec.apis[0].backend: is not a field here; did you mean backendRef?",
        "spec.apis[0].xyz: is not a field here",
    }


def test_an_object_without_a_spec_says_so() -> None:
    assert problems({**SMALLEST_ZONE, "spec": None}) == (Problem("spec", "is required"),)


def test_an_object_without_a_name_says_so() -> None:
    assert problems({**SMALLEST_ZONE, "metadata": {"generateName": "zone-"}}) == (
        Problem("metadata.name", "is required"),
    )


def test_a_kind_of_another_version_is_not_guessed_at() -> None:
    with pytest.raises(SpecError, match=r"this operator knows csaloom[.]io/v1alpha1"):
        identify({"apiVersion": "csaloom.io/v2", "kind": "DataLandingZone"})


def test_an_unknown_kind_names_the_known_ones() -> None:
    with pytest.raises(SpecError, match="known are AdminPlane, DataLandingZone, ApiProduct"):
        identify({"apiVersion": "csaloom.io/v1alpha1", "kind": "Landingzone"})


def test_objects_of_others_are_none_of_ours() -> None:
    assert kind_of({"apiVersion": "v1", "kind": "ConfigMap"}) is None
    assert [kind_of(complete(name)) for name in KINDS] == list(KINDS.values())


def test_a_field_may_be_given_by_its_own_name_in_code() -> None:
    spec = parse(DATA_LANDING_ZONE, SMALLEST_ZONE)

    assert type(spec)(**{name: getattr(spec, name) for name in type(spec).model_fields}) == spec
