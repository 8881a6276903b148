"""A WSDL document: is it one that API Management imports, and which operations does its service have?

It takes WSDL 1.1 of style document/literal, in one piece (Azure docs: API import restrictions and known issues). Nothing is fetched, and
entities are not unfolded.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lxml import etree

from loom.plan.product.contract import Contract, Signature
from loom.plan.product.document import Document, Flaw, flaw
from loom.plan.resource import Body
from loom.plan.values import at

UNREAD = (
    '<definitions name="NotRead" xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/">'
    '<binding name="b"><s:binding/></binding><service name="NotRead"><port name="p" binding="b"/></service></definitions>'
)
"""Stands for a document that nobody reads, in a preview without a network: it has no operations."""

_WSDL, _WSDL_2 = "http://schemas.xmlsoap.org/wsdl/", "http://www.w3.org/ns/wsdl"
_SOAP = ("http://schemas.xmlsoap.org/wsdl/soap/", "http://schemas.xmlsoap.org/wsdl/soap12/")
_ENCODING = re.compile(r"""\s*<\?xml\s[^>]*?encoding\s*=\s*["']([^"'>]+)["']""")
_UTF_8 = frozenset({"utf-8", "utf8"})
_LIKE_ASCII = frozenset({"us-ascii", "ascii", "iso-8859-1", "latin1", "windows-1252"})
_XSD = "http://www.w3.org/2001/XMLSchema"


class _Wrong(Exception):
    """What is wrong, and at which element."""

    def __init__(self, sentence: str, element: Any = None) -> None:
        super().__init__(sentence)
        self.line = int(element.sourceline or 0) if element is not None else 0


def judge(text: str, digest: str, wanted: str = "", wanted_port: str = "") -> Document | Flaw:
    """What a text is, or what is wrong with it; `digest` is the text's. `wanted`: the service that is meant, and its endpoint ("": any)."""
    try:
        root = _parsed(text)
        _check_whole(root)
        service, port = _endpoint(root, wanted, wanted_port)
        names = [_name(operation) for operation in _operations(root, port)]
        chosen = (_name(service), _name(port))
    except _Wrong as wrong:
        return flaw(wrong.line, str(wrong))
    contract = {operation_key(name): Signature(name) for name in names}
    return Document("wsdl", chosen[0][:300], "", len(names), digest, contract=contract, endpoint=chosen)


def operation_key(name: str) -> str:
    """What a document's operation and the service's have in common."""
    return f"SOAP {name.lower()}"


def key_of_live(body: Body) -> str:
    """The same for an operation as the service shows it."""
    return operation_key(str(at(body, "properties.displayName")))


def of_live(operations: Iterable[Body]) -> Contract:
    """The contract that stands in the service: names are all that it shows of a SOAP operation."""
    return {key_of_live(body): Signature(str(at(body, "properties.displayName"))) for body in operations}


def _parsed(text: str) -> Any:
    if "<!DOCTYPE" in text:
        raise _Wrong("it has a DOCTYPE, which no WSDL document needs; take it out")
    _check_encoding(text)
    # libxml2's own limits stand: a tree 256 deep, texts of 10 MB. The text is decoded already: in an encoding that it chose itself, as
    # UTF-7, it could hide a DOCTYPE.
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        wrong = _Wrong(f"it is not XML: {error.msg}")
        wrong.line = error.lineno or 0
        raise wrong from None
    if root.tag == f"{{{_WSDL_2}}}description":
        raise _Wrong("it is WSDL 2.0; WSDL 1.1 can be imported", root)
    if root.tag != f"{{{_WSDL}}}definitions":
        raise _Wrong(f"it is no WSDL document: it begins with {etree.QName(root).localname}", root)
    return root


def _check_encoding(text: str) -> None:
    """Is it in the encoding that it says? It is UTF-8 here and on its way, and the service goes by what the document says."""
    said = _ENCODING.match(text)
    name = said[1] if said else "utf-8"
    if name.lower() in _UTF_8 or (name.lower() in _LIKE_ASCII and text.isascii()):
        return
    wrong = _Wrong(
        f"it says that it is encoded in {name[:40]}, and is in UTF-8; say that in its first line, or nothing"
    )
    wrong.line = 1
    raise wrong


def _check_whole(root: Any) -> None:
    """Is the document in one piece?"""
    parts = (f"{{{_XSD}}}{name}" for name in ("include", "import", "redefine", "override"))
    for element in root.iter(f"{{{_WSDL}}}import", *parts):
        if place := element.get("location") or element.get("schemaLocation"):
            raise _Wrong(f"it imports {place[:100]}; nothing is fetched, put that part into it", element)


def _endpoint(root: Any, wanted: str, wanted_port: str) -> tuple[Any, Any]:
    """The service and its endpoint that are meant; else the only service, and its first SOAP endpoint: others are the same operations in
    another version of SOAP."""
    service = _service(root, wanted)
    bindings = _bindings(root)
    ports = service.findall(f"{{{_WSDL}}}port") if service is not None else []
    found = [port for port in ports if _soap(_binding(bindings, port)) is not None]
    port = next((one for one in found if wanted_port in ("", one.get("name"))), None)
    if port is not None:
        return service, port
    if wanted_port and found:
        raise _Wrong(
            f"service {service.get('name')} has no SOAP endpoint {wanted_port}; it has {_names(found)}", service
        )
    raise _Wrong("it has no service with a SOAP endpoint", root)


def _service(root: Any, wanted: str) -> Any:
    services = root.findall(f"{{{_WSDL}}}service")
    found = [service for service in services if wanted in ("", service.get("name"))]
    if wanted and services and not found:
        raise _Wrong(f"it has no service {wanted}; it has {_names(services)}", services[0])
    if len(found) > 1:
        raise _Wrong(f"it has several services ({_names(found)}); say which one is meant (service)", found[1])
    return found[0] if found else None


def _names(elements: Iterable[Any]) -> str:
    names = [str(element.get("name")) for element in elements]
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _bindings(root: Any) -> Mapping[str, Any]:
    """All bindings by name; the first counts of those that are called the same."""
    found: dict[str, Any] = {}
    for binding in root.findall(f"{{{_WSDL}}}binding"):
        found.setdefault(str(binding.get("name")), binding)
    return found


def _binding(bindings: Mapping[str, Any], port: Any) -> Any:
    name = str(port.get("binding") or "").rpartition(":")[2]
    if name not in bindings:
        raise _Wrong(f"port {port.get('name')} has the binding {name or '(none)'}, which is not there", port)
    return bindings[name]


def _name(element: Any) -> str:
    """What an element is called: API Management goes by nothing else."""
    if name := element.get("name"):
        return str(name)
    raise _Wrong(f"this {etree.QName(element).localname} has no name", element)


def _soap(element: Any, name: str = "binding") -> Any:
    """What SOAP says of a binding or an operation; None where it says nothing."""
    return next((found for space in _SOAP if (found := element.find(f"{{{space}}}{name}")) is not None), None)


def _operations(root: Any, port: Any) -> Iterator[Any]:
    """The operations of an endpoint, each of style document/literal."""
    binding = _binding(_bindings(root), port)
    usual = _soap(binding).get("style") or "document"
    for operation in binding.findall(f"{{{_WSDL}}}operation"):
        said = _soap(operation, "operation")
        style = said.get("style") if said is not None else None
        if (style or usual) != "document":
            raise _Wrong(
                f"operation {operation.get('name')} is of style {style or usual}; document/literal can be imported",
                operation,
            )
        for body in (found for space in _SOAP for found in operation.iter(f"{{{space}}}body")):
            if body.get("use") == "encoded":
                raise _Wrong(f"operation {operation.get('name')} is encoded; document/literal can be imported", body)
        yield operation
