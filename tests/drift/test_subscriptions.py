"""Subscriptions by name: suspended, renamed or deleted by hand, found by name and brought back; gone when the spec says so."""

import pytest
import pytest_asyncio

from support.converged import PRODUCT, Converged

pytestmark = pytest.mark.asyncio(loop_scope="session")
KEY = "subscription/fabrikam"
EDITS = {
    "suspended": ({"state": "suspended"}, "properties.state"),
    "renamed": ({"displayName": "somebody"}, "properties.displayName"),
}


@pytest_asyncio.fixture(loop_scope="session")
async def partners(made: Converged) -> Converged:
    await made.begin(PRODUCT, "partners")
    return made


@pytest.mark.parametrize("what", EDITS)
async def test_a_subscription_that_somebody_changed_is_brought_back(partners: Converged, what: str) -> None:
    patch, field = EDITS[what]
    before = partners.body(KEY)["properties"]
    partners.edit(KEY, {"properties": patch})
    mended = await partners.mend()
    assert mended.told("DriftMended") == [f"{KEY}: {field}"]
    assert {name: partners.body(KEY)["properties"][name] for name in patch} == {name: before[name] for name in patch}
    await partners.is_quiet()


async def test_a_subscription_that_somebody_deleted_is_made_again(partners: Converged) -> None:
    partners.delete(KEY)
    mended = await partners.mend()
    assert [write for write in mended.writes if write.startswith("PUT")] == [f"PUT {KEY}"]
    await partners.is_quiet()


async def test_a_subscription_that_leaves_the_spec_is_deleted_and_no_other(partners: Converged) -> None:
    theirs = f"{partners.ids['product'].partition('/products/')[0]}/subscriptions/theirs"
    partners.azure.seed(
        theirs,
        {"properties": {"scope": partners.ids["product"], "displayName": "Theirs", "state": "active"}},
    )
    partners.play.change(PRODUCT, lambda spec: spec.pop("subscriptions"), partners.called)
    gone = partners.ids[KEY]
    mended = await partners.mend()
    assert partners.azure.get(gone) is None
    assert [write for write in mended.writes if write.startswith("DELETE")] == [f"DELETE {KEY}"]
    assert partners.azure.get(theirs) is not None
