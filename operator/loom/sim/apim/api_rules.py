"""What a write of an API must keep to: its document, its path, and its place among the revisions of one API."""

from __future__ import annotations

from typing import Any

from loom.sim.apim import openapi, refusals, wsdl
from loom.sim.apim.places import APIS, full_id, root_of, service_of
from loom.sim.arm.change import Change

Json = dict[str, Any]
LARGEST_INLINE = 4 * 1024 * 1024


def check_document(sent: Json) -> None:
    """A document and its format come together, and inline no more than the service takes."""
    value, style = sent.get("value"), sent.get("format")
    if (value is None) != (style is None):
        raise refusals.invalid("format", "Value and format must be given together.")
    if value is None:
        return
    if style not in (*openapi.FORMATS, wsdl.FORMAT):
        raise refusals.not_simulated(f"imports of format '{style}'")
    if len(str(value).encode()) > LARGEST_INLINE:
        raise refusals.invalid("value", "The document is larger than 4 MB; import it by a link.")


def check_path(change: Change) -> None:
    """Two APIs share a path only as versions of one set, of which one has no version: its Original."""
    sent = change.properties
    wanted, version_set = str(sent["path"]).strip("/").lower(), str(sent.get("apiVersionSetId") or "")
    service = service_of(change.id)
    for other in change.world.store.children(service, APIS):
        same = str(other.properties.get("path", "")).lower() == wanted
        if not same or root_of(other.key) == root_of(change.id.lower()):
            continue
        theirs = str(other.properties.get("apiVersionSetId") or "").lower()
        if not version_set or theirs != full_id(service, version_set).lower():
            path = str(sent["path"]).strip("/")
            message = (
                f"Cannot create API '{change.name}' with the same Path '{path}' as API '{other.name}'  "
                "unless it's a part of the same version set"
            )
            raise refusals.invalid("path", message)
        version = str(sent.get("apiVersion") or "")  # of the Original it is empty
        if str(other.properties.get("apiVersion") or "") == version:
            raise refusals.invalid("apiVersion", f"API version '{version}' already exists in the set.")


def check_revision(change: Change) -> None:
    """A revision has path and name of its API, and is made current by a release only."""
    root = change.world.store.get(root_of(change.id))
    sent = change.properties
    if root is None:
        raise refusals.invalid("sourceApiId", "API not found.")
    if sent.get("isCurrent"):
        raise refusals.invalid("isCurrent", "A revision is made current by a release.")
    if _name_of(sent) not in (None, root.properties.get("displayName")):
        raise refusals.invalid("displayName", "Only the current revision can change the name of an API.")
    if str(sent["path"]).strip("/").lower() != str(root.properties["path"]).lower():
        raise refusals.invalid("path", "A revision has the path of its API.")
    source = source_of(change)
    if (
        source
        and source.partition(";rev=")[2] != root.properties["apiRevision"]
        and change.world.store.get(source) is None
    ):
        raise refusals.invalid("sourceApiId", "API not found.")


def _name_of(sent: Json) -> str | None:
    """What an API is to be called: an import takes the document's title unless a name comes with it."""
    if sent.get("displayName") is not None or sent.get("value") is None:
        return sent.get("displayName")
    if sent.get("format") == wsdl.FORMAT:
        return None
    try:
        return openapi.read(str(sent["value"]), str(sent["format"])).title[:300]
    except openapi.Unreadable:
        return None  # the import tells it, later


def source_of(change: Change) -> str:
    """The API that a new revision is a copy of; the empty string where it is none.

    What is imported at once is no copy: whether the service makes it one is told nowhere, and tools do one after the other.
    """
    sent = change.properties
    wanted = str(sent.get("sourceApiId") or "") if sent.get("value") is None else ""
    return full_id(service_of(change.id), wanted) if wanted and change.before is None else ""
