"""The texts that a product's APIs are imported from: which one a revision has, and which apps must be asked for theirs.

It reads nothing. What was read is in the context: ConfigMaps, what links say, and what apps say, under their sources' names.
"""

from dataclasses import dataclass

from loom.api.api_apis import Api
from loom.api.api_product import ApiProductSpec
from loom.api.api_source import ContainerAppSource, DocumentSource, FunctionAppSource, Revision, Source
from loom.errors import Refusal
from loom.plan.arm_id import key
from loom.plan.context import Context, Link
from loom.plan.grants import product_grant
from loom.plan.product.document import Document
from loom.plan.product.judges import JUDGES
from loom.plan.product.place import SOURCE_IN_SYNC, Place, place_of

_DOCUMENT = "/openapi.json"


@dataclass(frozen=True, slots=True)
class AppSource:
    """An app that describes itself.

    `path` is where a container app answers with its document, or what stands before the routes of a Function App. `is_shown_a_key`:
    calls to those functions show a key or a token. `whose`: the mark that it must carry to be asked; "" where a grant names it.
    """

    id: str
    path: str
    has_functions: bool = False
    is_shown_a_key: bool = False
    whose: str = ""

    @property
    def name(self) -> str:
        """What it is found under in `Context.links`."""
        return f"{key(self.id)}{self.path}{'?key' if self.is_shown_a_key else ''}"


def app_source(place: Place, api: Api, source: Source) -> AppSource | None:
    """The app of a source, where it is one. Raises `Refusal` for one that the zone does not run."""
    match source.app:
        case FunctionAppSource() as function:
            # With a backend that the spec declares, what that shows is its author's to know.
            shown = bool(api.backend_ref) or function.shows_something
            return AppSource(function.id, function.prefix, has_functions=True, is_shown_a_key=shown)
        case ContainerAppSource() as app:
            path = app.document or _DOCUMENT
            return (
                AppSource(app.id, path) if app.id else AppSource(place.app(app.app or ""), path, whose=place.zone_mark)
            )
    return None


def app_sources(spec: ApiProductSpec, context: Context) -> tuple[AppSource, ...]:
    """All apps that must be read for a product. Raises `Refusal` where no grant covers it: nothing is read for who may not have it."""
    sources = [(api, revision.source) for api in spec.apis for revision in api.revisions]
    if not any(source.app for _, source in sources):
        return ()
    place = place_of(spec, context)
    assert context.plane is not None  # noqa: S101 (place_of has looked)
    _, denied = product_grant(spec, place.service, context, context.plane)
    if denied:
        raise Refusal("NotGranted", denied)
    named = (app_source(place, api, source) for api, source in sources)
    return tuple(dict.fromkeys(source for source in named if source is not None))


def document_of(place: Place, api: Api, revision: Revision) -> Document:
    """The document that a revision is imported from. Raises `Refusal` where it is not there, or is none."""
    kind, _ = next(revision.source.kinds())
    source = revision.source.document
    return JUDGES[kind].read(*text_of(place, api, revision), source.choice if source else ())


def text_of(place: Place, api: Api, revision: Revision) -> tuple[str, str]:
    """The text of that document, and what to call it. Raises `Refusal` where it is not there."""
    kind, _ = next(revision.source.kinds())
    where = f"spec.apis[{api.name}].revisions[{revision.name}].source.{kind}"
    if revision.source.document is not None:
        return _written(place, revision.source.document, where)
    app = app_source(place, api, revision.source)
    return _said(place, app.name if app else "", where), where


def unread(place: Place) -> str:
    """Why a link, or an app, cannot be read now, in words; "" while all can."""
    return next((link.problem for link in place.links.values() if link.problem), "")


def _written(place: Place, source: DocumentSource, where: str) -> tuple[str, str]:
    if source.inline is not None:
        return source.inline, f"{where}.inline"
    if source.url is not None:
        return _said(place, source.url, f"{where}.url"), f"{where}.url ({source.url.partition('?')[0]})"
    reference = source.config_map_ref
    name = f"{reference.name}/{reference.key}" if reference else ""
    if name not in place.documents:
        raise Refusal(
            "ReferenceNotFound",
            f"{where}.configMapRef: ConfigMap {name.partition('/')[0]} is not there, or has no entry {name.partition('/')[2]}",
            wait=True,
        )
    return place.documents[name], f"{where}.configMapRef ({name})"


def _said(place: Place, name: str, where: str) -> str:
    link = place.links.get(name, Link())
    if not link.text:
        why = link.problem or "it was not read yet"
        raise Refusal("SourceUnavailable", f"{where}: {why}", wait=True, unmeasured=SOURCE_IN_SYNC)
    return link.text
