"""The preview of what a pass would not do: what is another's, forbidden, not granted, or not to be read."""

from dataclasses import replace

import pytest

from loom.errors import CloudError, Refusal, Retry
from loom.plan.ownership import TAG, Authority
from loom.plan.resource import Plan
from support.engine_bench import (
    ACCOUNT,
    IDENTITY,
    OWNER,
    Bench,
    Wish,
)
from support.previewing import PRODUCT_R, SERVICE, SHOP, fields, one, previewed, settled


async def test_what_exists_unmarked_is_blocked_until_it_may_be_adopted() -> None:
    bench = await settled()
    del bench.cloud.body(IDENTITY)["tags"][TAG]
    change = one(await previewed(bench))
    assert (change.action, change.reason) == ("Blocked", "AdoptionRequired")
    bench.wish = Wish(adoption="Adopt")
    change = one(await previewed(bench))
    assert (change.action, fields(change)) == ("Update", {f"tags.{TAG}": (None, OWNER.mark)})


async def test_a_change_that_azure_forbids_is_blocked_and_names_the_field() -> None:
    bench = await settled()
    bench.cloud.body(ACCOUNT)["properties"]["isHnsEnabled"] = False
    change = one(await previewed(bench))
    assert (change.action, change.reason) == ("Blocked", "ImmutableInAzure")
    assert fields(change) == {"properties.isHnsEnabled": (False, True)}


async def test_without_a_grant_everything_is_blocked_with_the_denial() -> None:
    found = await previewed(Bench(authority=Authority(denied="no grant is for this namespace")))
    reasons = {(change.action, change.reason, change.message) for change in found.changes if change.id}
    assert reasons == {("Blocked", "NotGranted", "no grant is for this namespace")}


async def test_what_this_object_has_made_under_another_installation_refuses_the_preview() -> None:
    bench = await settled()
    bench.owner = replace(OWNER, installation="elsewhere")
    with pytest.raises(Refusal, match=r"installation test, and this was planned as elsewhere\. Set installation: test"):
        await previewed(bench)


async def test_and_so_does_what_it_made_under_names_that_only_the_other_installation_forms() -> None:
    bench = await settled(SHOP, authority=Authority(home=SERVICE))
    bench.owner = replace(OWNER, installation="elsewhere")
    bench.plan = Plan(SERVICE, (replace(PRODUCT_R, id=f"{SERVICE}/products/orders-{bench.owner.hash}"),))
    with pytest.raises(Refusal, match="Set installation: test"):
        await previewed(bench)


async def test_what_a_namesake_of_another_installation_has_made_is_a_warning() -> None:
    bench = await settled()
    bench.owner, bench.status = replace(OWNER, installation="elsewhere"), {}
    found = await previewed(bench)
    assert found.count("Blocked") > 0
    assert any("If test is the operator that you apply to" in warning for warning in found.warnings)


async def test_what_may_not_be_read_is_told_with_the_reason_and_the_rest_is_compared() -> None:
    bench = await settled()
    bench.cloud.fail(
        "LIST", "storageAccounts", CloudError("Forbidden", "AuthorizationFailed", "no right", Retry.SLOWLY)
    )
    found = await previewed(bench)
    unknown = [change for change in found.changes if change.key == "storage"]
    assert [(change.action, change.reason, change.message) for change in unknown] == [
        ("Unknown", "Forbidden", "no right")
    ]
    assert found.unchanged >= 2


async def test_where_nobody_is_signed_in_there_is_no_plan() -> None:
    bench = await settled()
    bench.cloud.fail("LIST", "storageAccounts", CloudError("CredentialInvalid", "", "sign in", Retry.SLOWLY))
    with pytest.raises(CloudError, match="sign in"):
        await previewed(bench)
