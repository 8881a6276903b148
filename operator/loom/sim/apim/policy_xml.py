"""Policy documents as XML: read from either spelling, written as the service writes them (tabs, CRLF, one element a line).

In `rawxml` an expression stands as it is (`@(a < b)`), in `xml` it is escaped. Which elements may stand where is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

_OPEN = {"(": ")", "{": "}"}


class Malformed(Exception):
    """The text is no XML; the message is the sentence for the person who wrote it."""


@dataclass(frozen=True, slots=True)
class Comment:
    """`<!-- text -->`."""

    text: str


@dataclass(slots=True)
class Element:
    """An element with its place in the text; `content` mixes elements, text and comments in their order."""

    name: str
    attributes: dict[str, str]
    line: int
    column: int
    content: list[Element | Comment | str] = field(default_factory=list)

    def __iter__(self) -> Iterator[Element]:
        """The elements directly inside."""
        return (item for item in self.content if isinstance(item, Element))

    def child(self, name: str) -> Element | None:
        return next((item for item in self if item.name == name), None)

    def all(self) -> Iterator[Element]:
        """This and everything inside, in the order of the text."""
        yield self
        for item in self:
            yield from item.all()

    @property
    def text(self) -> str:
        return "".join(item for item in self.content if isinstance(item, str)).strip()


def read(text: str, *, raw: bool) -> Element:
    """Parse a document; `raw` when its expressions are not escaped. Raises `Malformed`."""
    reader = _Reader()
    try:
        reader.parser.Parse((_escaped(text) if raw else text).strip().encode(), True)
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code)
        raise Malformed(f"{what}. Line {error.lineno}, position {error.offset + 1}.") from None
    if reader.root is None:
        raise Malformed("Root element is missing.")
    return reader.root


class _Reader:
    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.CommentHandler = self._comment
        self.parser.StartDoctypeDeclHandler = self._refuse

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        made = Element(name, dict(attributes), self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 2)
        if self._open:
            self._open[-1].content.append(made)
        else:
            self.root = made
        self._open.append(made)

    def _end(self, name: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        if self._open and text.strip():
            self._open[-1].content.append(text)

    def _comment(self, text: str) -> None:
        if self._open:
            self._open[-1].content.append(Comment(text))

    def _refuse(self, *_: Any) -> None:
        raise Malformed("For security reasons DTD is prohibited in this XML document.")


def write(element: Element, *, raw: bool, depth: int = 0) -> str:
    """The document as a GET shows it."""
    attributes = "".join(f' {key}="{_quoted(value, raw)}"' for key, value in element.attributes.items())
    if not element.content:
        return f"<{element.name}{attributes} />"
    if any(isinstance(item, str) for item in element.content):
        inside = "".join(_piece(item, raw, depth) for item in element.content)
        return f"<{element.name}{attributes}>{inside}</{element.name}>"
    margin = "\r\n" + "\t" * depth
    inside = "".join(f"{margin}\t{_piece(item, raw, depth + 1)}" for item in element.content)
    return f"<{element.name}{attributes}>{inside}{margin}</{element.name}>"


def _piece(item: Element | Comment | str, raw: bool, depth: int) -> str:
    if isinstance(item, Element):
        return write(item, raw=raw, depth=depth)
    if isinstance(item, Comment):
        return f"<!--{item.text}-->"
    text = item if raw and is_expression(item) else escape(item)
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


def _quoted(value: str, raw: bool) -> str:
    return value if raw and is_expression(value) else escape(value, {'"': "&quot;"})


def is_expression(value: str) -> bool:
    """Whether a value is code that the gateway would run."""
    return value.lstrip().startswith(("@(", "@{"))


def _escaped(text: str) -> str:
    """Escape what stands inside expressions, so that a parser can read a raw document."""
    pieces, place = [], 0
    while (start := _next(text, place)) >= 0:
        end = _end_of(text, start + 1)
        code = text[start : end + 1]
        pieces += [text[place:start], escape(code, {'"': "&quot;"})]
        place = end + 1
    return "".join([*pieces, text[place:]])


def _next(text: str, place: int) -> int:
    found = [at for at in (text.find("@(", place), text.find("@{", place)) if at >= 0]
    return min(found, default=-1)


def _end_of(text: str, start: int) -> int:
    """Where the bracket at `start` closes; brackets in string literals do not count."""
    opening, closing, level, quoted = text[start], _OPEN[text[start]], 0, False
    for place in range(start, len(text)):
        character = text[place]
        if character == '"' and text[place - 1] != "\\":
            quoted = not quoted
        elif not quoted and character == opening:
            level += 1
        elif not quoted and character == closing:
            level -= 1
            if level == 0:
                return place
    return len(text) - 1
