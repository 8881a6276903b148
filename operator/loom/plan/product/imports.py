"""What each revision is imported from, or why that cannot be known now.

An API that is there already goes on without its document: what is declared of it beside the document is held, its policies and its probe
too, and only the import waits. What the document said last is known as long as this process remembers it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from loom.api.api_apis import Api
from loom.api.api_source import Revision
from loom.errors import Refusal
from loom.plan.arm_id import key
from loom.plan.product.document import Document
from loom.plan.product.judges import JUDGES
from loom.plan.product.place import Place
from loom.plan.product.sources import document_of


@dataclass(frozen=True, slots=True)
class Import:
    """What a revision's document says; or, with `refusal`, what the one that was imported said, None where nobody remembers it."""

    document: Document | None = None
    refusal: Refusal | None = None


def import_of(place: Place, api: Api, revision: Revision) -> Import:
    """What a revision is imported from. Raises `Refusal` where there is nothing that could go on without it."""
    try:
        return Import(document_of(place, api, revision))
    except Refusal as refusal:
        if key(_imported(place, api, revision)) not in {key(arm_id) for arm_id in place.owned}:
            raise
        kind, _ = next(revision.source.kinds())
        before = place.imported.get(api.name, "") if revision is api.current else ""
        return Import(JUDGES[kind].remembered(before), refusal)


def _imported(place: Place, api: Api, revision: Revision) -> str:
    """The id of the last thing that an import makes."""
    names = api.name, revision.name
    return place.schema(*names) if revision.source.graphql else place.revision(*names)


def kept(place: Place) -> Iterator[str]:
    """The ids of the schemas that stay as they were written last, as there is none to write now."""
    for api in place.spec.apis:
        for revision in api.revisions:
            if revision.source.graphql and import_of(place, api, revision).refusal:
                yield place.schema(api.name, revision.name)


def withheld(place: Place) -> Iterator[Refusal]:
    """Why some of the documents cannot be imported."""
    for api in place.spec.apis:
        for revision in api.revisions:
            if refusal := import_of(place, api, revision).refusal:
                yield refusal
