"""Imports of WSDL documents into the simulated API Management."""

import pytest

from loom.sim.apim import wsdl
from loom.sim.apim.openapi import Unreadable
from support.worlds import WSDL

CHOSEN = {"wsdlServiceName": "LedgerService", "wsdlEndpointName": "LedgerEndpoint"}


def test_the_operations_of_the_endpoint_become_operations_of_the_api() -> None:
    found = wsdl.read(WSDL, CHOSEN)
    assert found.title == "LedgerService"
    assert {name: made["urlTemplate"] for name, made in found.operations.items()} == {
        "book": "/?soapAction=urn:ledger/Book",
        "look": "/?soapAction=urn:ledger/Look",
    }


@pytest.mark.parametrize(
    ("text", "chosen", "says"),
    [
        ("<definitions", CHOSEN, "Parsing error(s)"),
        (WSDL, {**CHOSEN, "wsdlServiceName": "Other"}, "was not found"),
        (WSDL, {}, "was not found"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, chosen: dict[str, str], says: str) -> None:
    with pytest.raises(Unreadable, match=says.replace("(", "[(]").replace(")", "[)]")):
        wsdl.read(text, chosen)
