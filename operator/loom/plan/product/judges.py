"""Judges of documents, one for each language that an API is described in: a text is judged once, as the same one comes by in every pass."""

from collections.abc import Callable
from hashlib import sha256

from loom.errors import Refusal
from loom.plan.product import graphql_schema, openapi, wsdl
from loom.plan.product.document import Document, Flaw
from loom.plan.recent import Recent

_ROOM = 128 * 1024 * 1024
"""Characters of the texts whose documents are remembered, for each judge; what is kept of one is a fraction of it."""

Choice = tuple[str, ...]
"""What of a document is meant, as its source says (`DocumentSource.choice`): its judge's further arguments."""


class Judge:
    """Knows what it thought of each text that it has seen.

    `judge` takes it, its digest, and what of it is meant. `refusal` is what is said of one that is wrong, `unread` stands for one that
    nobody reads.
    """

    def __init__(self, judge: Callable[..., Document | Flaw], refusal: Callable[[str], Refusal], unread: str) -> None:
        self.unread = unread
        self._judge, self._refusal = judge, refusal
        self._judged: Recent[str, Document | Flaw] = Recent(_ROOM)

    def read(self, text: str, where: str, choice: Choice = ()) -> Document:
        """The document of a text. Raises `Refusal` with the line; `where` says which document it is."""
        found = self._known(text, choice)
        if isinstance(found, Flaw):
            place = f"line {found.line}: " if found.line else ""
            raise self._refusal(f"{where}: {place}{found.sentence}")
        return found

    def learn(self, text: str, choice: Choice = ()) -> None:
        """Judge a text, so that `read` answers at once: a large one takes seconds, which a thread can give it."""
        self._known(text, choice)

    def remembered(self, digest: str) -> Document | None:
        """The document of a text that was judged before, by the text's digest."""
        found = self._judged.get(digest)
        return found if isinstance(found, Document) else None

    def is_learned(self, text: str, choice: Choice = ()) -> bool:
        """Does `read` answer at once?"""
        return _digest(text, choice) in self._judged

    def _known(self, text: str, choice: Choice) -> Document | Flaw:
        if text == self.unread:
            choice = ()  # nobody knows what is in it
        digest = _digest(text, choice)
        found = self._judged.get(digest)
        if found is None:
            found = self._judge(text, digest, *choice)
            self._judged.put(digest, found, len(text))
        return found


def _digest(text: str, choice: Choice) -> str:
    chosen = "\0".join(("", *choice)) if any(choice) else ""
    return f"sha256:{sha256((text + chosen).encode()).hexdigest()}"


OPENAPI = Judge(openapi.judge, lambda words: Refusal("InvalidOpenApi", words), openapi.UNREAD)
GRAPHQL = Judge(graphql_schema.judge, lambda words: Refusal("InvalidGraphql", words), graphql_schema.UNREAD)
WSDL = Judge(wsdl.judge, lambda words: Refusal("InvalidWsdl", words), wsdl.UNREAD)

JUDGES = {"openapi": OPENAPI, "graphql": GRAPHQL, "wsdl": WSDL, "containerApp": OPENAPI, "functionApp": OPENAPI}
"""By the kind of a source."""
