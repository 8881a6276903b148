"""What the operator knows of a document that an API is imported from, whatever it is written in, or what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from loom.plan.product.contract import Contract

_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Document:
    """A document that can be imported. `format` is API Management's word for it ("" where it is no part of the API's own body); `digest` is
    of the text. `operation_ids` are those that it gives: not every operation has one."""

    format: str
    title: str  # "" where it says none
    description: str
    operations: int
    digest: str
    operation_ids: tuple[str, ...] = ()
    contract: Contract = field(default_factory=dict)
    bodies: bytes = b""  # what it says of them, packed
    drops: tuple[str, ...] = ()  # what the import leaves out, in words
    # `operationId` -> path of what can be asked without knowing anything.
    safe: Mapping[str, str] = field(default_factory=dict)
    # Of a WSDL document: the names of its service and of the endpoint that is called.
    endpoint: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a document, and where; line 0 where nobody can say."""

    line: int
    sentence: str


def flaw(line: int, sentence: str, more: str = "") -> Flaw:
    """A flaw that fits into a status."""
    return Flaw(line, (sentence if len(sentence) <= _LONGEST else f"{sentence[: _LONGEST - 1]}…") + more)
