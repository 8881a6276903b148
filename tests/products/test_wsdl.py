"""SOAP APIs in a simulated API Management: imported out of a WSDL document, called by their SOAPAction, drifted, changed."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from loom.plan.context import Link
from loom.sim.app import serve
from loom.sim.clock import StandingClock
from loom.sim.wire import Request
from support.shop import HOST, Shop, shop_in
from support.simulator import Simulator
from support.worlds import WSDL, soap_object

pytestmark = pytest.mark.sdk
LESS = WSDL.replace(
    '<wsdl:operation name="Look">\n      <soap:operation soapAction="urn:ledger/Look"/>', '<wsdl:operation name="Seek">'
)


@pytest.fixture
async def ledger() -> AsyncIterator[Shop]:
    async with Simulator(clock=StandingClock()) as azure, shop_in(azure, apis=[soap_object()]) as made:
        await made.settle()
        yield made


def ask(shop: Shop, action: str) -> Any:
    headers = {"host": HOST, "SOAPAction": f'"urn:ledger/{action}"'}
    return serve(shop.azure.world, Request.of("POST", "/finance/ledger", {}, headers))


async def an_interval_later(shop: Shop) -> None:
    shop.azure.advance(6 * 600)
    await shop.look()


def operations(shop: Shop) -> list[str]:
    return sorted(str(one["name"]) for one in shop.listed("operations"))


async def test_a_soap_api_is_published_called_and_stays_as_it_is(ledger: Shop) -> None:
    assert operations(ledger) == ["book", "look"]
    assert ledger.status["apis"][0]["operations"] == 2
    assert (ask(ledger, "Book").status, ask(ledger, "Steal").status) == (200, 404)
    ledger.azure.reset_counters()
    await an_interval_later(ledger)
    assert ledger.writes() == []


async def test_an_operation_that_somebody_took_away_is_brought_back(ledger: Shop) -> None:
    ledger.azure.delete(f"{ledger.api_id}/operations/look")
    await an_interval_later(ledger)
    await ledger.settle()
    assert operations(ledger) == ["book", "look"]


async def test_an_operation_that_leaves_the_document_breaks_callers(ledger: Shop) -> None:
    ledger.api(revisions=[{"name": "1", "source": {"wsdl": {"inline": LESS}}}])
    await ledger.until(lambda: ledger.row("SourceInSync").get("reason") == "BreakingChange")
    assert "Look is gone" in ledger.row("SourceInSync")["message"]
    ledger.api(allowBreaking=True)
    await ledger.settle()
    assert operations(ledger) == ["book", "seek"]


async def test_a_path_is_changed_without_another_import(ledger: Shop) -> None:
    ledger.api(path="finance/books")
    await ledger.settle()
    [api] = ledger.azure.call("GET", f"{ledger.api_id.rpartition('/')[0]}?api-version=2024-05-01").body["value"]
    assert (api["properties"]["path"], api["properties"]["type"]) == ("finance/books", "soap")


async def test_a_document_behind_a_link_is_asked_for_as_xml(ledger: Shop) -> None:
    asked: list[bool] = []

    class Links:
        async def read(
            self, url: str, older: float, ranges: tuple[str, ...] = (), at: str = "", xml: bool = False
        ) -> Link:
            asked.append(xml)
            return Link(WSDL)

    ledger.play.new_links = Links
    ledger.play.begin_anew()
    ledger.api(revisions=[{"name": "1", "source": {"wsdl": {"url": "https://docs.contoso.com/ledger?wsdl"}}}])
    await ledger.settle()
    assert asked[-1]


async def test_a_document_that_is_none_is_told_with_its_line(ledger: Shop) -> None:
    ledger.api(revisions=[{"name": "1", "source": {"wsdl": {"inline": WSDL.replace("literal", "encoded")}}}])
    await ledger.look()
    row = ledger.row("Ready")
    assert (row["status"], row["reason"]) == ("False", "InvalidWsdl")
    assert "line 15: operation Book is encoded" in row["message"]
