"""A policy document: sections in, XML out, every section with its `<base />`.

A library builds the tree, so that nothing can be written past an attribute or a text. Values that the gateway would run or look up
(`@(`, `@{`, `{{`) are refused here once more, whoever let them come this far; what is `Code` is ours, and holds no value of a spec.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from loom.api.policies.literals import CODE
from loom.api.policies.table import Section
from loom.errors import Refusal


class Code(str):
    """A policy expression of our own. It has no `<`, `>`, `&` or quotes, so that `rawxml` and XML spell it alike."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Node:
    """An element: its name, attributes in their order, and either a text or elements inside."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: tuple["Node", ...] = ()
    text: str = ""


def texts(name: str, values: Sequence[str]) -> tuple[Node, ...]:
    """An element of that name for each text."""
    return tuple(Node(name, text=value) for value in values)


def switch(on: bool) -> str:
    """A boolean as the service spells it."""
    return "true" if on else "false"


Statements = Mapping[Section, Sequence[Node]]

_TAGS = {
    Section.INBOUND: "inbound",
    Section.BACKEND: "backend",
    Section.OUTBOUND: "outbound",
    Section.ON_ERROR: "on-error",
}


def render(statements: Statements) -> str:
    """The whole document. Raises `Refusal` for a value that is no literal.

    The backend section may hold one policy (Azure docs: forward-request): one of ours stands in the place of its base.
    """
    root = etree.Element("policies")
    for section, tag in _TAGS.items():
        parent = etree.SubElement(root, tag)
        nodes = statements.get(section, ())
        if section is not Section.BACKEND or not nodes:
            etree.SubElement(parent, "base")
        for node in nodes:
            _append(parent, node)
    etree.indent(root, "  ")
    return str(etree.tostring(root, encoding="unicode"))


def _append(parent: etree._Element, node: Node) -> None:
    made = etree.SubElement(parent, node.name)
    try:
        for name, value in node.attributes.items():
            made.set(name, _literal(value))
        if node.text:
            made.text = _literal(node.text)
    except ValueError:  # lxml: signs that no XML document can hold
        raise Refusal("InvalidSpec", f"policy {node.name}: a value holds a sign that XML cannot; take it out") from None
    for child in node.children:
        _append(made, child)


def _literal(value: str) -> str:
    if not isinstance(value, Code) and (code := CODE.search(value)):
        raise Refusal(
            "InvalidSpec",
            f"{value[:80]!r} holds {code[0]}, which the gateway would run; policies take plain values only",
        )
    return value
