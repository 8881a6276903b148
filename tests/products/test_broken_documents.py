"""A document that is none, in each language that an API is described in: its import waits, and everything else of the product goes on."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from loom.plan.product.judges import GRAPHQL, OPENAPI, WSDL
from loom.plan.recent import Recent
from loom.sim.clock import StandingClock
from support.shop import SERVICE, Shop, shop_in
from support.simulator import Simulator
from support.worlds import DOCUMENT, SCHEMA, api_object
from support.worlds import WSDL as SOAP

pytestmark = pytest.mark.sdk
LANGUAGES = {
    "openapi": (DOCUMENT, "openapi: 3.0.1\ninfo: {title: Orders\n", "InvalidOpenApi"),
    "graphql": (SCHEMA, "type Query {\n  a: Strin\n}", "InvalidGraphql"),
    "wsdl": (SOAP, SOAP.replace("literal", "encoded"), "InvalidWsdl"),
}
REST = ("ApisImported", "PoliciesApplied", "Published", "GatewayReachable", "Healthy", "InSync")


def an_api(name: str, language: str, text: str) -> dict[str, Any]:
    """Without a limit for each subscription: the product has none."""
    made = api_object(name=name, path=f"finance/{name}")
    return {**made, "policies": None, "revisions": [{"name": "1", "source": {language: {"inline": text}}}]}


@pytest.fixture(params=LANGUAGES)
async def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def shop(language: str) -> AsyncIterator[Shop]:
    """Two APIs, the second of them in that language."""
    both = [an_api("good", "openapi", DOCUMENT), an_api("other", language, LANGUAGES[language][0])]
    async with Simulator(clock=StandingClock()) as azure, shop_in(azure, apis=both) as made:
        await made.settle()
        yield made


async def broken(shop: Shop, language: str) -> None:
    _, none, reason = LANGUAGES[language]
    shop.api(1, revisions=[{"name": "1", "source": {language: {"inline": none}}}])
    await shop.until(lambda: shop.row("Ready").get("reason") == reason)


def policies(shop: Shop) -> list[str]:
    """Of the APIs: those of their operations say something else."""
    found = [one for one in shop.azure.ids(SERVICE) if "/apis/" in one and one.endswith("policies/policy")]
    return [one for one in found if "/operations/" not in one]


def forget(shop: Shop) -> None:
    """The operator is another process from now on."""
    shop.play.memories.clear()
    shop.play.begin_anew()
    for judge in (OPENAPI, GRAPHQL, WSDL):
        judge._judged = Recent(1)


async def test_what_was_imported_last_stands(shop: Shop, language: str) -> None:
    before, things = shop.status["apis"][1], shop.azure.ids(SERVICE)
    await broken(shop, language)
    assert f"spec.apis[other].revisions[1].source.{language}" in shop.row("SourceInSync")["message"]
    assert (shop.condition("Converged"), shop.condition("Stalled")) == ("False", "True")
    assert {name: shop.condition(name) for name in REST} == dict.fromkeys(REST, "True")
    assert (shop.status["apis"][1], shop.azure.ids(SERVICE)) == (before, things)


async def test_its_drift_is_mended_and_the_other_api_changes(shop: Shop, language: str) -> None:
    await broken(shop, language)
    shop.api(0, revisions=[{"name": "1", "source": {"openapi": {"inline": DOCUMENT.replace("/orders", "/sales")}}}])
    shop.api(0, allowBreaking=True)
    for policy in policies(shop):
        shop.azure.edit(policy, {"properties": {"value": "<policies><inbound /></policies>"}})
    shop.azure.advance(3600)
    await shop.until(lambda: shop.call("/finance/good/sales") == 200)
    await shop.until(lambda: all("set-backend-service" in str(shop.azure.get(policy)) for policy in policies(shop)))
    assert shop.row("Ready")["reason"] == LANGUAGES[language][2]


async def test_after_a_restart_it_goes_on_and_is_whole_again_with_a_document(shop: Shop, language: str) -> None:
    await broken(shop, language)
    hashes = [row["sourceHash"] for row in shop.status["apis"]]
    forget(shop)
    shop.azure.reset_counters()
    shop.azure.advance(3600)
    await shop.look()
    assert shop.writes() == []
    assert (shop.row("Ready")["reason"], shop.condition("ApisImported")) == (LANGUAGES[language][2], "True")
    assert [row["sourceHash"] for row in shop.status["apis"]] == hashes
    shop.api(1, revisions=[{"name": "1", "source": {language: {"inline": LANGUAGES[language][0]}}}])
    await shop.settle()


async def test_what_was_never_imported_is_not_begun(shop: Shop, language: str) -> None:
    things = shop.azure.ids(SERVICE)
    _, none, reason = LANGUAGES[language]
    shop.edit(lambda spec: spec["apis"].append(an_api("third", language, none)))
    await shop.until(lambda: shop.row("Ready").get("reason") == reason)
    assert "spec.apis[third]" in shop.row("Ready")["message"]
    assert shop.azure.ids(SERVICE) == things


async def test_the_product_goes_with_all_of_it(shop: Shop, language: str) -> None:
    await broken(shop, language)
    await shop.play.delete("ApiProduct")
    assert [arm_id for arm_id in shop.azure.ids() if "/apis/" in arm_id] == []
