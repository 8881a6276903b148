"""Reading a WSDL document as an import does: the operations of one endpoint, which callers name by their SOAPAction."""

from __future__ import annotations

from typing import Any

from lxml import etree

from loom.sim.apim.openapi import Description, Unreadable

Json = dict[str, Any]
FORMAT = "wsdl"
_WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
_SOAP = ("{http://schemas.xmlsoap.org/wsdl/soap/}", "{http://schemas.xmlsoap.org/wsdl/soap12/}")


def read(text: str, selector: Json) -> Description:
    """Read a document. Raises `Unreadable`."""
    try:
        root = etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"Parsing error(s): {error.msg}") from None
    service = root.find(f"{_WSDL}service[@name='{selector.get('wsdlServiceName')}']")
    port = service.find(f"{_WSDL}port[@name='{selector.get('wsdlEndpointName')}']") if service is not None else None
    if service is None or port is None:
        raise Unreadable("Parsing error(s): The service or endpoint was not found in the WSDL document.")
    binding = root.find(f"{_WSDL}binding[@name='{str(port.get('binding')).rpartition(':')[2]}']")
    operations = {}
    for operation in binding.findall(f"{_WSDL}operation") if binding is not None else ():
        name = str(operation.get("name"))
        operations[name.lower()] = _operation(name, _action(operation))
    return Description(title=str(service.get("name")), words="", version="", server="", operations=operations)


def _action(operation: Any) -> str:
    said = next((found for space in _SOAP if (found := operation.find(f"{space}operation")) is not None), None)
    return str(said.get("soapAction") or "") if said is not None else ""


def _operation(name: str, action: str) -> Json:
    kinds = [{"contentType": "text/xml"}]
    answer = {"statusCode": 200, "description": "", "representations": kinds, "headers": []}
    return {
        "displayName": name, "method": "POST", "urlTemplate": f"/?soapAction={action}", "templateParameters": [], "description": "",
        "request": {"queryParameters": [], "headers": [], "representations": kinds}, "responses": [answer], "policies": None,
    }  # fmt: skip
