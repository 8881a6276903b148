"""Spellings that are the same to Azure: small functions that both sides of a comparison go through.

Locations and ids are compared so for every type, by the differ itself; these are for single fields of single types.
"""

from typing import Any

from lxml import etree

_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, remove_blank_text=True, remove_comments=True
)

_READER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_blank_text=True)


def without_case(value: Any) -> Any:
    """Enums that come back in another case than they were sent in, as `auto` and `Auto`."""
    return value.lower() if isinstance(value, str) else value


def without_slashes(value: Any) -> Any:
    """Addresses and paths that gain or lose a slash at either end."""
    return value.strip("/") if isinstance(value, str) else value


def in_small_letters(value: Any) -> Any:
    """Texts that are the same in any case."""
    return value.lower() if isinstance(value, str) else value


def with_plain_lines(value: Any) -> Any:
    """Texts that come back with other line ends, or one more at the end."""
    return "\n".join(value.splitlines()).rstrip() if isinstance(value, str) else value


def without_guid(value: Any) -> Any:
    """A sentence that names something by its name, less the GUID that follows it."""
    return value.partition(" with resource guid ")[0] if isinstance(value, str) else value


def laid_out(text: str) -> str:
    """A policy document as people read it, whoever wrote it: one element a line, two spaces a level, line ends alike, comments kept."""
    plain = text.replace("\r\n", "\n").strip()
    if not plain.startswith("<") or "<!DOCTYPE" in plain:
        return text
    try:
        root = etree.fromstring(plain.encode(), _READER)
    except etree.XMLSyntaxError:
        return plain
    etree.indent(root, "  ")
    return str(etree.tostring(root, encoding="unicode"))


def as_xml(value: Any) -> Any:
    """A policy document without its layout: indentation, comments, line ends, order of attributes, quotes.

    What is no XML (raw policies may hold expressions with bare angle brackets) is compared as text, line ends apart.
    """
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").strip()
    if "<!DOCTYPE" in text:  # no policy has one; whoever put it there wants entities unfolded
        return text
    try:
        root = etree.fromstring(text.encode(), _PARSER)
    except etree.XMLSyntaxError:
        return text
    return etree.tostring(root, method="c14n2", strip_text=True).decode()
