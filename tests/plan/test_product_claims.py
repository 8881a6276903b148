"""What one product alone can have in a service: the elder keeps it, and the younger hears it before anything is written."""

from dataclasses import replace
from typing import Any

import pytest

from loom.errors import Refusal
from loom.plan.context import Claim, Holder, Rival
from loom.plan.naming import published
from loom.plan.ownership import Owner
from support.plans import plan_of
from support.worlds import NAMESPACE, SERVICE, api_object, product_object, world

PATH, TITLE = Claim.path("/Finance/orders/"), Claim.title("ORDERS")
OLDER, YOUNGER = "2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z"


def rival(*claims: Claim, created: str = OLDER, namespace: str = NAMESPACE, **more: Any) -> Rival:
    return Rival(namespace, "sales-orders", created, more.pop("uid", "a"), frozenset(claims), **more)


def refused(*rivals: Rival, **context: Any) -> Refusal:
    obj = product_object()
    with pytest.raises(Refusal) as caught:
        plan_of(obj, replace(world(obj), rivals=rivals, **context))
    return caught.value


def planned(*rivals: Rival, **context: Any) -> bool:
    obj = product_object()
    return bool(plan_of(obj, replace(world(obj), rivals=rivals, **context)).resources)


def test_the_path_of_an_elder_product_is_taken_and_case_makes_no_difference() -> None:
    refusal = refused(rival(PATH))
    assert (refusal.reason, refusal.wait) == ("PathTaken", False)
    assert refusal.message == (
        "spec.apis: path finance/orders of orders-v1 is taken in API Management service apim-hub by the ApiProduct "
        "domain-finance/sales-orders; versions of one API share a path only within one product. Take another path"
    )


def test_the_name_of_an_elder_product_is_taken() -> None:
    refusal = refused(rival(TITLE))
    assert refusal.reason == "NameTaken"
    assert refusal.message == (
        "spec.displayName Orders is taken in API Management service apim-hub by the ApiProduct domain-finance/sales-orders; "
        "give the product another name"
    )


@pytest.mark.parametrize("claim", [PATH, TITLE])
def test_an_object_of_another_namespace_is_not_named(claim: Claim) -> None:
    message = refused(rival(claim, namespace="sales")).message
    assert "by an ApiProduct of another namespace" in message
    assert "sales" not in message


def test_the_elder_is_planned_and_so_is_whoever_shares_nothing() -> None:
    assert planned(rival(PATH, TITLE, created=YOUNGER))
    assert planned(rival(Claim.path("finance/orders/v2"), Claim.title("Orders of today")))


def test_what_has_made_something_keeps_its_place_whatever_its_age() -> None:
    assert refused(rival(PATH, created=YOUNGER, made=True)).reason == "PathTaken"
    assert planned(rival(PATH), made=True)


def test_who_moves_to_a_path_that_another_has_does_not_take_it_away() -> None:
    assert refused(rival(PATH, created=YOUNGER, made=True, settled=True), made=True).reason == "PathTaken"


def test_two_of_one_second_are_told_apart_by_their_uids() -> None:
    created = world(product_object()).created
    assert refused(rival(PATH, created=created, uid="a")).reason == "PathTaken"
    assert planned(rival(PATH, created=created, uid="c"))


def test_each_api_is_looked_at() -> None:
    obj = product_object(apis=[api_object(path="finance/other", name="other"), api_object()])
    with pytest.raises(Refusal, match="path finance/orders of orders-v1"):
        plan_of(obj, replace(world(obj), rivals=(rival(PATH),)))


# --- what stands in the service already ---------------------------------------------------------------------------------------


def held_by(owner: Owner, claim: Claim = PATH) -> dict[Claim, Holder]:
    return {claim: Holder(f"{SERVICE}/apis/{published(owner, 'orders-v1')};rev=2", "Orders")}


def owner_of(name: str, namespace: str = NAMESPACE) -> Owner:
    return Owner("prod", namespace, "ApiProduct", name)


def test_what_the_product_itself_has_in_the_service_no_elder_takes_away() -> None:
    assert planned(rival(PATH, made=True), made=True, holders=held_by(owner_of("orders")))


def test_what_a_younger_product_has_in_the_service_stays_its_own() -> None:
    younger = rival(PATH, created=YOUNGER)
    refusal = refused(younger, made=True, holders=held_by(owner_of("sales-orders")))
    assert (refusal.reason, refusal.wait) == ("PathTaken", False)
    assert "by the ApiProduct domain-finance/sales-orders" in refusal.message


def test_the_holder_of_another_namespace_is_not_named_either() -> None:
    other = rival(PATH, namespace="sales", created=YOUNGER)
    message = refused(other, holders=held_by(owner_of("sales-orders", "sales"))).message
    assert "by an ApiProduct of another namespace" in message


@pytest.mark.parametrize(
    ("claim", "reason", "says"),
    [
        (PATH, "PathTaken", "by the API 'Ledger', which is there already"),
        (TITLE, "NameTaken", "by the product 'Ledger', which is there already"),
    ],
)
def test_what_others_made_is_called_as_developers_see_it_and_waited_for(claim: Claim, reason: str, says: str) -> None:
    refusal = refused(holders={claim: Holder(f"{SERVICE}/apis/domain-sales-ledger", "Ledger")})
    assert (refusal.reason, refusal.wait) == (reason, True)
    assert says in refusal.message
    assert "domain-sales" not in refusal.message
