"""Documents behind links on their way into a simulated API Management: imported, changed upstream, unreadable, refused."""

from typing import Any

import pytest

from loom.plan.context import Link
from loom.plan.product.judges import OPENAPI
from loom.plan.recent import Recent
from support.shop import SERVICE, FakeLinks, Shop, document, revision
from support.worlds import api_object

pytestmark = pytest.mark.sdk

URL = "https://docs.contoso.com/openapi.yaml?token=secret"


@pytest.fixture
def links(shop: Shop) -> FakeLinks:
    """The shop's API comes from a link."""
    links = FakeLinks({URL: Link(document("list", "get"))})
    shop.play.new_links = lambda: links
    shop.play.begin_anew()
    shop.api(revisions=[{"name": "1", "source": {"openapi": {"url": URL}}}])
    return links


async def an_interval_later(shop: Shop) -> None:
    shop.azure.advance(600)
    await shop.look()


async def test_a_document_behind_a_link_is_imported_and_stays_as_it_is(shop: Shop, links: FakeLinks) -> None:
    await shop.settle()
    assert shop.call("/finance/orders/get") == 200
    assert shop.row("SourceInSync")["status"] == "True"
    shop.azure.reset_counters()
    await an_interval_later(shop)
    assert shop.writes() == []
    assert links.asked[-1] == 540.0


async def test_a_document_that_changed_upstream_is_imported(shop: Shop, links: FakeLinks) -> None:
    await shop.settle()
    before = shop.status["apis"][0]["sourceHash"]
    links.said[URL] = Link(document("list", "get", "find"))
    shop.azure.reset_counters()
    await an_interval_later(shop)
    assert shop.condition("SourceInSync") == "False"
    await shop.until(lambda: shop.condition("SourceInSync") == "True")
    assert shop.call("/finance/orders/find") == 200
    assert [write.rpartition(";")[2] for write in shop.writes()] == ["rev=1"]
    assert shop.status["apis"][0]["sourceHash"] != before
    assert shop.condition("Ready") == "True"


async def test_a_document_that_changed_upstream_is_told_under_policy_plan(shop: Shop, links: FakeLinks) -> None:
    await shop.settle()
    shop.edit(lambda spec: spec.update(policy="Plan"))
    links.said[URL] = Link(document("list", "get", "find"))
    shop.azure.reset_counters()
    await an_interval_later(shop)
    row = shop.row("SourceInSync")
    assert (row["status"], row["reason"], shop.writes()) == ("False", "SourceChanged", [])
    assert shop.status["plan"]["update"] == 1
    assert shop.call("/finance/orders/find") == 404


async def test_a_link_that_says_nothing_leaves_what_stands(shop: Shop, links: FakeLinks) -> None:
    await shop.settle()
    links.said[URL] = Link(
        links.said[URL].text, "https://docs.contoso.com/openapi.yaml answered 503 where 200 was expected"
    )
    await an_interval_later(shop)
    row = shop.row("SourceInSync")
    assert (row["status"], row["reason"]) == ("Unknown", "SourceUnavailable")
    assert "answered 503" in row["message"]
    assert shop.condition("Ready") == "True"


async def test_a_restart_while_the_link_says_nothing_leaves_a_ready_product_ready(shop: Shop, links: FakeLinks) -> None:
    await shop.settle()
    links.said[URL] = Link("", "https://docs.contoso.com/openapi.yaml gave no whole document in time")
    shop.play.memories.clear()
    shop.play.begin_anew()
    await shop.look()
    assert shop.condition("Ready") == "True"
    assert shop.row("SourceInSync")["reason"] == "SourceUnavailable"
    links.said[URL] = Link(document("list", "get"))
    await shop.until(lambda: shop.condition("SourceInSync") == "True")
    assert shop.condition("Ready") == "True"


async def test_a_link_that_was_never_read_is_waited_for(shop: Shop, links: FakeLinks) -> None:
    links.said[URL] = Link("", "https://docs.contoso.com/openapi.yaml answered 404 where 200 was expected")
    await shop.look()
    row = shop.row("Ready")
    assert (row["status"], row["reason"]) == ("False", "SourceUnavailable")
    assert row["message"].startswith("spec.apis[orders-v1].revisions[1].source.openapi.url: ")
    assert "secret" not in str(shop.status)


@pytest.mark.parametrize(
    ("status", "says"),
    [(201, "One or more fields contain incorrect values"), (202, "Azure accepted it, and then dropped it")],
)
async def test_an_import_that_was_accepted_and_fails_later_has_the_services_own_words(
    shop: Shop, links: FakeLinks, status: int, says: str
) -> None:
    shop.azure.settings(import_status=status)
    words = "One or more fields contain incorrect values: the service had its reasons"
    shop.azure.fault("failLate", type="Microsoft.ApiManagement/service/apis", code="ValidationError", message=words)
    await shop.until(lambda: shop.row("SourceInSync").get("reason") not in (None, "Progressing", "NotMeasured"))
    row = shop.row("SourceInSync")
    assert row["status"] == "False"
    assert says in row["message"]
    assert shop.condition("Ready") == "False"


BROKEN = "openapi: 3.0.1\ninfo: {title: Orders\n"


async def two_apis(shop: Shop) -> None:
    """The product with an API that is imported well, and another one, both probed and with policies."""
    header = {"inbound": [{"setHeader": {"name": "x-a", "values": ["b"]}}]}
    first, second = (
        api_object(
            name=name,
            path=f"finance/{name}",
            revisions=[revision("1", "list", "get")],
            policies=header,
            operations=[{"name": "list", "policies": header}],
            probe={"operation": "list"},
        )
        for name in ("good", "other")
    )
    shop.edit(lambda spec: spec.update(apis=[first, second]))
    await shop.settle()


def break_the_other(shop: Shop, **fields: Any) -> None:
    """The document of the other API is none any more."""
    source = {"openapi": {"inline": BROKEN}}
    shop.api(1, revisions=[{"name": "1", "source": source}], **fields)


def policy_of(shop: Shop, name: str) -> str:
    (found,) = (
        one
        for one in shop.azure.ids(SERVICE)
        if f"-{name}-" in one and one.endswith("policies/policy") and "operations" not in one
    )
    return found


async def test_a_document_that_is_none_stops_the_import_of_that_api_and_nothing_else(shop: Shop) -> None:
    await two_apis(shop)
    before = shop.status["apis"][1]
    break_the_other(shop)
    await shop.until(lambda: shop.row("Ready").get("reason") == "InvalidOpenApi")
    assert "spec.apis[other].revisions[1].source.openapi" in shop.row("SourceInSync")["message"]
    assert (shop.condition("Converged"), shop.condition("Stalled")) == ("False", "True")
    rest = ("ApisImported", "PoliciesApplied", "Published", "GatewayReachable", "Healthy", "InSync")
    assert {name: shop.condition(name) for name in rest} == dict.fromkeys(rest, "True")
    assert shop.status["apis"][1] == before, "what was imported last stands, and is probed"


async def test_drift_is_mended_and_the_other_apis_change_while_one_document_is_none(shop: Shop) -> None:
    await two_apis(shop)
    break_the_other(shop)
    shop.api(0, revisions=[revision("1", "list", "get", "find")])
    for name in ("good", "other"):
        shop.azure.edit(policy_of(shop, name), {"properties": {"value": "<policies><inbound /></policies>"}})
    shop.azure.advance(3600)
    await shop.until(lambda: shop.call("/finance/good/find") == 200)
    await shop.until(lambda: all("x-a" in str(shop.azure.get(policy_of(shop, name))) for name in ("good", "other")))
    assert shop.call("/finance/other/list") == 200


async def test_after_a_restart_an_api_goes_on_without_its_document(shop: Shop) -> None:
    await two_apis(shop)
    break_the_other(shop)
    await shop.until(lambda: shop.row("Ready").get("reason") == "InvalidOpenApi")
    hashes = [row["sourceHash"] for row in shop.status["apis"]]
    shop.play.memories.clear()
    shop.play.begin_anew()
    OPENAPI._judged = Recent(1)
    shop.azure.reset_counters()
    shop.azure.advance(3600)
    await shop.look()
    assert shop.writes() == []
    assert (shop.row("Ready")["reason"], shop.condition("ApisImported")) == ("InvalidOpenApi", "True")
    assert [row["sourceHash"] for row in shop.status["apis"]] == hashes
    shop.api(1, revisions=[revision("1", "list", "get")])
    await shop.settle()


async def test_an_api_that_was_never_imported_is_not_begun_with_a_document_that_is_none(shop: Shop) -> None:
    break_it = {"openapi": {"inline": BROKEN}}
    shop.api(revisions=[{"name": "1", "source": break_it}])
    await shop.until(lambda: shop.row("Ready").get("reason") == "InvalidOpenApi")
    assert shop.writes() == []


async def test_a_link_that_broke_over_a_restart_leaves_what_stands_ready(shop: Shop, links: FakeLinks) -> None:
    await shop.settle()
    links.said[URL] = Link("", "docs.contoso.com took no connection, or cut it")
    shop.play.memories.clear()
    shop.play.begin_anew()
    OPENAPI._judged = Recent(1)
    shop.azure.advance(3600)
    await shop.look()
    assert (shop.condition("Ready"), shop.row("SourceInSync")["reason"]) == ("True", "SourceUnavailable")
    assert shop.condition("GatewayReachable") == "True"
