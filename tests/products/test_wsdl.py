"""SOAP APIs in a simulated API Management: imported out of a WSDL document, called by their SOAPAction, drifted, changed."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from loom.plan.context import Link
from loom.sim.app import serve
from loom.sim.clock import StandingClock
from loom.sim.wire import Request
from support.shop import HOST, FakeLinks, Shop, shop_in
from support.simulator import Simulator
from support.worlds import WSDL, soap_object

pytestmark = pytest.mark.sdk
LESS = WSDL.replace(
    '<wsdl:operation name="Look">\n      <soap:operation soapAction="urn:ledger/Look"/>', '<wsdl:operation name="Seek">'
)


_PORT = (
    '<wsdl:operation name="Look"><wsdl:input message="tns:Entry"/><wsdl:output message="tns:Entry"/></wsdl:operation>'
)
_BOUND = WSDL[WSDL.index('    <wsdl:operation name="Look">\n') : WSDL.index("  </wsdl:binding>")]
MORE = WSDL.replace(_PORT, _PORT + _PORT.replace("Look", "Find")).replace(
    _BOUND, _BOUND + _BOUND.replace("Look", "Find")
)
URL = "https://docs.contoso.com/ledger?wsdl"


async def behind_a_link(shop: Shop) -> FakeLinks:
    """The SOAP API comes from a link from now on."""
    links = FakeLinks({URL: Link(WSDL)})
    shop.play.new_links = lambda: links
    shop.play.begin_anew()
    shop.api(revisions=[{"name": "1", "source": {"wsdl": {"url": URL}}}])
    await shop.settle()
    return links


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


async def test_an_operation_that_somebody_took_away_is_found_named_and_brought_back(ledger: Shop) -> None:
    ledger.azure.delete(f"{ledger.api_id}/operations/look")
    assert ask(ledger, "Look").status == 404
    ledger.azure.advance(6 * 600)
    events = list((await ledger.look()).events)
    await ledger.until(lambda: ask(ledger, "Look").status == 200)
    events += (await ledger.look()).events
    told = [event.message for event in events if event.reason == "DriftMended"]
    assert any("operations[SOAP look]" in message for message in told), events
    assert operations(ledger) == ["book", "look"]


async def test_an_operation_that_somebody_added_stays_and_is_not_taken_from_its_callers_unasked(ledger: Shop) -> None:
    theirs = f"{ledger.api_id}/operations/theirs"
    assert ledger.put(theirs, displayName="Theirs", method="POST", urlTemplate="/?soapAction=urn:ledger/Theirs") == 201
    ledger.azure.reset_counters()
    await an_interval_later(ledger)
    assert (ledger.writes(), ledger.condition("InSync")) == ([], "True")
    ledger.api(revisions=[{"name": "1", "source": {"wsdl": {"inline": MORE}}}])
    await ledger.until(lambda: "Theirs is gone" in ledger.row("Converged").get("message", ""))
    ledger.api(allowBreaking=True)
    await ledger.settle()
    assert operations(ledger) == ["book", "find", "look"]


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
    links = await behind_a_link(ledger)
    assert links.as_xml[-1]
    assert ledger.row("SourceInSync")["status"] == "True"


async def test_a_document_that_changed_upstream_is_imported(ledger: Shop) -> None:
    links = await behind_a_link(ledger)
    before = ledger.status["apis"][0]["sourceHash"]
    links.said[URL] = Link(MORE)
    ledger.azure.reset_counters()
    await an_interval_later(ledger)
    assert ledger.condition("SourceInSync") == "False"
    await ledger.until(lambda: ledger.condition("SourceInSync") == "True")
    assert [write.rpartition(";")[2] for write in ledger.writes()] == ["rev=1"]
    assert (ask(ledger, "Find").status, ledger.condition("Ready")) == (200, "True")
    assert ledger.status["apis"][0]["sourceHash"] != before


async def test_a_document_that_changed_upstream_is_told_under_policy_plan(ledger: Shop) -> None:
    links = await behind_a_link(ledger)
    ledger.edit(lambda spec: spec.update(policy="Plan"))
    links.said[URL] = Link(MORE)
    ledger.azure.reset_counters()
    await an_interval_later(ledger)
    row = ledger.row("SourceInSync")
    assert (row["status"], row["reason"], ledger.writes()) == ("False", "SourceChanged", [])
    assert (ledger.status["plan"]["update"], ask(ledger, "Find").status) == (1, 404)


async def test_a_link_that_says_nothing_leaves_what_stands_over_a_restart_too(ledger: Shop) -> None:
    links = await behind_a_link(ledger)
    links.said[URL] = Link(WSDL, "https://docs.contoso.com/ledger answered 503 where 200 was expected")
    await an_interval_later(ledger)
    row = ledger.row("SourceInSync")
    assert (row["status"], row["reason"], ledger.condition("Ready")) == ("Unknown", "SourceUnavailable", "True")
    links.said[URL] = Link("", "https://docs.contoso.com/ledger gave no whole document in time")
    ledger.play.memories.clear()
    ledger.play.begin_anew()
    ledger.azure.reset_counters()
    await ledger.look()
    assert (ledger.row("SourceInSync")["reason"], ledger.condition("Ready")) == ("SourceUnavailable", "True")
    links.said[URL] = Link(WSDL)
    await ledger.until(lambda: ledger.condition("SourceInSync") == "True")
    assert ledger.writes() == []


async def test_a_document_that_is_none_is_told_with_its_line(ledger: Shop) -> None:
    ledger.api(revisions=[{"name": "1", "source": {"wsdl": {"inline": WSDL.replace("literal", "encoded")}}}])
    await ledger.look()
    row = ledger.row("Ready")
    assert (row["status"], row["reason"]) == ("False", "InvalidWsdl")
    assert "line 15: operation Book is encoded" in row["message"]
