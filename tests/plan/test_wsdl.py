"""WSDL documents: what is one that can be imported, what is not and on which line."""

import pytest

from loom.errors import Refusal
from loom.plan.product import wsdl
from loom.plan.product.judges import WSDL as JUDGE
from support.plans import plan_of
from support.worlds import WSDL, product_object, soap_object


def refusal(text: str) -> str:
    with pytest.raises(Refusal) as caught:
        JUDGE.read(text, "doc")
    assert caught.value.reason == "InvalidWsdl"
    return caught.value.message


def test_a_service_its_endpoint_and_its_operations_are_found() -> None:
    found = JUDGE.read(WSDL, "doc")
    assert (found.format, found.title, found.operations) == ("wsdl", "LedgerService", 2)
    assert found.endpoint == ("LedgerService", "LedgerEndpoint")
    assert sorted(found.contract) == ["SOAP book", "SOAP look"]


def test_the_service_is_told_which_endpoint_is_meant() -> None:
    body = plan_of(product_object(apis=[soap_object()], policies=None)).find("revision/ledger/1").body["properties"]
    assert (body["type"], body["apiType"], body["format"], body["value"]) == ("soap", "soap", "wsdl", WSDL)
    assert body["wsdlSelector"] == {"wsdlServiceName": "LedgerService", "wsdlEndpointName": "LedgerEndpoint"}
    assert body["serviceUrl"] == "https://orders.contoso.com/v1"


IMPORT = '<wsdl:import namespace="urn:x" location="https://elsewhere.example.com/x.wsdl"/>\n  <wsdl:types>'
INCLUDE = '<xsd:schema><xsd:include schemaLocation="types.xsd"/>'
REDEFINE = '<xsd:schema><xsd:redefine schemaLocation="types.xsd"/>'
HIDDEN = '<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE x+AD4-<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"/>'
TWO = '<wsdl:service name="Other"/>\n  <wsdl:service name="LedgerService">'
BINDING = WSDL.index("<wsdl:binding")
NAMELESS = WSDL[:BINDING] + WSDL[BINDING:].replace('<wsdl:operation name="Book">', "<wsdl:operation>")
ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>\n<definitions>&b;</definitions>'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("openapi: 3.0.3", "doc: line 1: it is not XML: Start tag expected"),
        (WSDL.replace("</wsdl:types>", "</wsdl:typos>"), "doc: line 5: it is not XML: Opening and ending tag mismatch"),
        ("<html><body/></html>", "doc: line 1: it is no WSDL document: it begins with html"),
        ('<description xmlns="http://www.w3.org/ns/wsdl"/>', "it is WSDL 2.0; WSDL 1.1 can be imported"),
        (WSDL.replace("<wsdl:types>", IMPORT, 1), "doc: line 3: it imports https://elsewhere.example.com/x.wsdl"),
        (WSDL.replace("<xsd:schema ", f"{INCLUDE}</xsd:schema><xsd:schema ", 1), "doc: line 4: it imports types.xsd"),
        (WSDL.replace("<xsd:schema ", f"{REDEFINE}</xsd:schema><xsd:schema ", 1), "doc: line 4: it imports types.xsd"),
        (HIDDEN, "doc: line 1: it says that it is encoded in UTF-7, and is in UTF-8"),
        (ENTITIES, "doc: it has a DOCTYPE, which no WSDL document needs"),
        (WSDL.replace('style="document"', 'style="rpc"'), "doc: line 13: operation Book is of style rpc"),
        (WSDL.replace('use="literal"', 'use="encoded"', 1), "doc: line 15: operation Book is encoded"),
        (
            WSDL.replace('<wsdl:service name="LedgerService">', TWO),
            "it has several services (Other, LedgerService); say which one",
        ),
        (WSDL.replace('binding="tns:LedgerSoap"', 'binding="tns:Gone"'), "has the binding Gone, which is not there"),
        (WSDL.replace("<soap:binding transport", "<soap:other transport"), "it has no service with a SOAP endpoint"),
        (NAMELESS, "doc: line 13: this operation has no name"),
        (WSDL.replace('<wsdl:service name="LedgerService">', "<wsdl:service>"), "this service has no name"),
        ("<a>" * 10_000, "doc: line 1: it is not XML: Excessive depth"),
    ],
    ids=range(17),
)
def test_what_cannot_be_imported_is_told_with_its_line(text: str, says: str) -> None:
    assert says in refusal(text)


def test_what_stands_for_a_document_that_is_not_read_has_no_operations() -> None:
    assert JUDGE.read(JUDGE.unread, "doc").operations == 0


def test_an_operation_that_is_gone_breaks_callers() -> None:
    made = plan_of(product_object(apis=[soap_object()], policies=None))
    contents = made.find("revision/ledger/1").contents
    assert contents is not None
    live = [{"properties": {"displayName": name, "method": "POST"}} for name in ("Book", "Look", "Close")]
    assert [wsdl.key_of_live(body) for body in live] == ["SOAP book", "SOAP look", "SOAP close"]
    assert "callers would break: Close is gone" in contents.objection({"properties": {"isCurrent": True}}, live, ())
    assert contents.objection({"properties": {"isCurrent": False}}, live, ()) == ""


def test_many_ports_of_many_bindings_are_looked_up_and_not_searched_for() -> None:
    ports, bindings = '<port name="p" binding="last"/>' * 30_000, '<binding name="b"/>' * 30_000
    text = (
        f'<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"><service name="s">{ports}</service>{bindings}'
        '<binding name="last"/></definitions>'
    )
    assert "it has no service with a SOAP endpoint" in refusal(text)


SECOND = """\
  <wsdl:binding name="AuditSoap" type="tns:LedgerPort">
    <soap:binding transport="http://schemas.xmlsoap.org/soap/http" style="document"/>
    <wsdl:operation name="Look"><soap:operation soapAction="urn:audit/Look"/></wsdl:operation>
  </wsdl:binding>
  <wsdl:service name="AuditService">
    <wsdl:port name="AuditHttp" binding="tns:LedgerSoap"/>
    <wsdl:port name="AuditEndpoint" binding="tns:AuditSoap"/>
  </wsdl:service>
</wsdl:definitions>"""
SEVERAL = WSDL.replace("</wsdl:definitions>", SECOND)


@pytest.mark.parametrize(
    ("choice", "endpoint", "operations"),
    [
        (("AuditService", ""), ("AuditService", "AuditHttp"), 2),
        (("AuditService", "AuditEndpoint"), ("AuditService", "AuditEndpoint"), 1),
        (("LedgerService", ""), ("LedgerService", "LedgerEndpoint"), 2),
    ],
)
def test_of_several_services_and_endpoints_the_named_ones_are_imported(
    choice: tuple[str, str], endpoint: tuple[str, str], operations: int
) -> None:
    found = JUDGE.read(SEVERAL, "doc", choice)
    assert (found.endpoint, found.operations) == (endpoint, operations)


def test_the_service_is_told_what_the_spec_names() -> None:
    api = soap_object(SEVERAL)
    api["revisions"][0]["source"]["wsdl"] |= {"service": "AuditService", "endpoint": "AuditEndpoint"}
    body = plan_of(product_object(apis=[api], policies=None)).find("revision/ledger/1").body["properties"]
    assert body["wsdlSelector"] == {"wsdlServiceName": "AuditService", "wsdlEndpointName": "AuditEndpoint"}


@pytest.mark.parametrize(
    ("choice", "says"),
    [
        (("", ""), "it has several services (LedgerService, AuditService); say which one is meant (service)"),
        (("Other", ""), "it has no service Other; it has LedgerService, AuditService"),
        (("AuditService", "Other"), "service AuditService has no SOAP endpoint Other; it has AuditHttp, AuditEndpoint"),
    ],
)
def test_a_service_or_an_endpoint_that_is_not_there_is_told_with_those_that_are(
    choice: tuple[str, str], says: str
) -> None:
    with pytest.raises(Refusal) as caught:
        JUDGE.read(SEVERAL, "doc", choice)
    assert says in caught.value.message


def test_another_part_of_the_same_document_is_another_document() -> None:
    one, other = (JUDGE.read(SEVERAL, "doc", (service, "")) for service in ("LedgerService", "AuditService"))
    assert one.digest != other.digest
    assert JUDGE.remembered(other.digest) == other


def test_what_nobody_reads_has_whatever_is_asked_for() -> None:
    assert JUDGE.read(JUDGE.unread, "doc", ("AuditService", "AuditEndpoint")).operations == 0


@pytest.mark.parametrize(
    ("declaration", "text"),
    [
        ('<?xml version="1.0"?>', WSDL),
        ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>', WSDL.replace("Book", "B\u00fcchen")),
        ("<?xml version='1.0' encoding='iso-8859-1'?>", WSDL),
    ],
)
def test_a_document_whose_bytes_are_what_it_says_is_read(declaration: str, text: str) -> None:
    assert JUDGE.read(f"{declaration}\n{text}", "doc").operations == 2


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("utf-16", WSDL), ("UTF-16LE", WSDL), ("iso-8859-1", WSDL.replace("Book", "B\u00fcchen")), ("ebcdic", WSDL)],
)
def test_a_document_that_says_another_encoding_than_it_has_is_refused(encoding: str, text: str) -> None:
    said = refusal(f'<?xml version="1.0" encoding="{encoding}"?>\n{text}')
    assert f"doc: line 1: it says that it is encoded in {encoding}, and is in UTF-8" in said
