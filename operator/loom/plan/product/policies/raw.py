"""Policies that are written as text: read, and held to a closed list of elements, attributes and places. Nothing else passes.

A service is shared, and its gateway runs policies as the service: so nothing here may run code (`@(…)` reaches the certificates of the
service), read a named value, call out, take an identity, or touch a backend, certificate, cache, counter or fragment of another owner.
What is not on the list is refused, whoever has the grant; limits by a key of one's own are not on it, as keys are shared.
"""

from dataclasses import dataclass

from lxml import etree

from loom.api.policies.literals import CODE
from loom.api.policies.table import Section
from loom.errors import Refusal
from loom.plan.product.policies.document import Node

_DEEPEST = 8
_ALL, _IN, _OUT, _ERROR = tuple(Section), Section.INBOUND, Section.OUTBOUND, Section.ON_ERROR
_MESSAGES = (_IN, _OUT, _ERROR)
_ANSWERS = (_OUT, _ERROR)


@dataclass(frozen=True, slots=True)
class Shape:
    """What one element may have: attributes, elements inside, and a text."""

    attributes: frozenset[str] = frozenset()
    children: frozenset[str] = frozenset()
    text: bool = False


def _shape(attributes: str = "", children: str = "", *, text: bool = False) -> Shape:
    return Shape(frozenset(attributes.split()), frozenset(children.split()), text)


PLACES: dict[str, tuple[Section, ...]] = {
    "check-header": (_IN,),
    "find-and-replace": _MESSAGES,
    "forward-request": (Section.BACKEND,),
    "ip-filter": (_IN,),
    "json-to-xml": _MESSAGES,
    "jsonp": (_OUT,),
    "mock-response": _MESSAGES,
    "rate-limit": (_IN,),
    "redirect-content-urls": (_IN, _OUT),
    "return-response": _MESSAGES,
    "rewrite-uri": (_IN,),
    "set-body": (_IN, _OUT),
    "set-header": _MESSAGES,
    "set-method": (_IN,),
    "set-query-parameter": (_IN,),
    "set-status": _ANSWERS,
    "set-variable": _MESSAGES,
    "validate-content": _MESSAGES,
    "validate-headers": _ANSWERS,
    "validate-parameters": (_IN,),
    "validate-status-code": _ANSWERS,
    "xml-to-json": _MESSAGES,
}
"""The elements that may stand in a section (sections: Azure docs, each policy's page)."""

SHAPES: dict[str, Shape] = {
    "address": _shape(text=True),
    "address-range": _shape("from to"),
    "check-header": _shape("name failed-check-httpcode failed-check-error-message ignore-case", "value"),
    "content": _shape("type validate-as action"),
    "find-and-replace": _shape("from to"),
    "forward-request": _shape("timeout timeout-ms continue-timeout http-version buffer-request-body "
                              "buffer-response fail-on-error-status-code"),
    "header": _shape("name action"),
    "headers": _shape("specified-parameter-action unspecified-parameter-action", "parameter"),
    "ip-filter": _shape("action", "address address-range"),
    "json-to-xml": _shape("apply consider-accept-header parse-date namespace-separator namespace-prefix attribute-block-name"),
    "jsonp": _shape("callback-parameter-name"),
    "mock-response": _shape("status-code content-type"),
    "parameter": _shape("name action"),
    "path": _shape("specified-parameter-action", "parameter"),
    "query": _shape("specified-parameter-action unspecified-parameter-action", "parameter"),
    "rate-limit": _shape("calls renewal-period retry-after-header-name remaining-calls-header-name total-calls-header-name"),
    "redirect-content-urls": _shape(),
    "return-response": _shape("", "set-status set-header set-body"),
    "rewrite-uri": _shape("template copy-unmatched-params"),
    "set-body": _shape(text=True),
    "set-header": _shape("name exists-action", "value"),
    "set-method": _shape(text=True),
    "set-query-parameter": _shape("name exists-action", "value"),
    "set-status": _shape("code reason"),
    "set-variable": _shape("name value"),
    "status-code": _shape("code action"),
    "validate-content": _shape("unspecified-content-type-action max-size size-exceeded-action errors-variable-name", "content"),
    "validate-headers": _shape("specified-header-action unspecified-header-action errors-variable-name", "header"),
    "validate-parameters": _shape("specified-parameter-action unspecified-parameter-action errors-variable-name", "headers query path"),
    "validate-status-code": _shape("unspecified-status-code-action errors-variable-name", "status-code"),
    "value": _shape(text=True),
    "xml-to-json": _shape("kind apply consider-accept-header"),
}  # fmt: skip
"""Every element with its attributes and what may stand inside. What names a thing of the service (`backend-id`, `schema-id`,
`certificate-id`, `caching-type`), what is a template of its own language (`template` of set-body), and what would let a backend send the
gateway on to elsewhere (`follow-redirects`) is not among them."""

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, strip_cdata=False)


def elements(text: str, section: Section, where: str) -> list[Node]:
    """The policies of a text. Raises `Refusal` with the line for the first thing that is not allowed."""
    if "<!" in text or "<?" in text:
        raise _refused(
            where, 0, "comments, CDATA, document types and processing instructions are not taken; write elements only"
        )
    if code := CODE.search(text):
        raise _refused(
            where, text[: code.start()].count("\n") + 1, f"{code[0]} is code or a named value, which nobody can grant"
        )
    try:
        root = etree.fromstring(f"<policies>{text}</policies>".encode(), _PARSER)
    except etree.XMLSyntaxError as error:
        raise _refused(where, error.lineno or 0, f"it is not XML: {error.msg}") from None
    if (root.text or "").strip() or any((child.tail or "").strip() for child in root):
        raise _refused(where, 0, "text stands outside of any element")
    return [_policy(child, section, where) for child in root]


def _policy(element: etree._Element, section: Section, where: str) -> Node:
    name = str(element.tag)
    if name not in PLACES:
        raise _refused(where, element.sourceline or 0, f"{_shown(name)} is not among the elements that xml may hold")
    if section not in PLACES[name]:
        places = ", ".join(PLACES[name])
        raise _refused(where, element.sourceline or 0, f"{name} stands in {places}, not in {section}")
    return _checked(element, where, _DEEPEST)


def _checked(element: etree._Element, where: str, depth: int) -> Node:
    name, line = str(element.tag), element.sourceline or 0
    shape = SHAPES[name]
    for attribute in element.attrib:
        if str(attribute) not in shape.attributes:
            raise _refused(where, line, f"{name} may not have the attribute {_shown(str(attribute))}")
    if name == "set-header" and str(element.get("name", "")).strip().lower() == "host":
        raise _refused(where, line, "Host stays the backend's, as it may choose another app behind the same address")
    for child in element:
        if str(child.tag) not in shape.children or not depth:
            raise _refused(where, child.sourceline or line, f"{_shown(str(child.tag))} may not stand in {name}")
    inside = "".join([element.text or "", *(child.tail or "" for child in element)]).strip()
    if inside and not shape.text:
        raise _refused(where, line, f"{name} may not hold a text")
    attributes = {str(key): str(value) for key, value in element.attrib.items()}
    return Node(name, attributes, tuple(_checked(child, where, depth - 1) for child in element), inside)


def _shown(name: str) -> str:
    return repr(name if len(name) <= 60 else f"{name[:59]}…")


def _refused(where: str, line: int, sentence: str) -> Refusal:
    return Refusal("InvalidSpec", f"{where}: xml{f' line {line}' if line else ''}: {sentence}")
