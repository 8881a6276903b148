"""ARM resource ids: reading them, and comparing them as Azure does, without regard to case.

Ids stay plain strings; `key` is the form to compare and to index by. An extension resource (diagnostic setting, role
assignment) has its own type, and the resource that it extends as its parent.
"""

import re
from functools import lru_cache

RESOURCE_GROUP = "Microsoft.Resources/resourceGroups"
SUBSCRIPTION = "Microsoft.Resources/subscriptions"
_AT_HAND = 4096  # the ids of the passes that run at one time; those of ten thousand objects would take 90 MB

REVISION = ";rev="
_REVISION = re.compile(rf"{REVISION}\d+(?=/|$)", re.IGNORECASE)

# Segments of names, which have no character that ends, escapes or is dropped from the path of a URL (RFC 3986, WHATWG URL).
_PLAIN = re.compile(r"(/[^/\\%?#\x00-\x20\x7f]+)+")


def key(arm_id: str) -> str:
    """The id in the one form that ids are compared in."""
    return arm_id.rstrip("/").lower()


@lru_cache(maxsize=_AT_HAND)
def type_of(arm_id: str) -> str:
    """`Microsoft.Storage/storageAccounts/blobServices` of an id; groups and subscriptions have a type of their own."""
    _, found, tail = arm_id.rpartition("/providers/")
    if not found:
        parts = arm_id.strip("/").split("/")
        return RESOURCE_GROUP if len(parts) >= 4 else SUBSCRIPTION
    namespace, *rest = tail.split("/")
    return "/".join([namespace, *rest[0::2]])


def name_of(arm_id: str) -> str:
    """The last segment: the resource's own name."""
    return arm_id.rstrip("/").rpartition("/")[2]


def names_of(arm_id: str) -> list[str]:
    """The resource's name below its provider, ancestors first: `[account, "default", container]`."""
    tail = arm_id.rpartition("/providers/")[2] if "/providers/" in arm_id else arm_id.strip("/")
    return tail.split("/")[2::2] if "/providers/" in arm_id else [name_of(arm_id)]


@lru_cache(maxsize=_AT_HAND)
def parent_of(arm_id: str) -> str:
    """The id that contains this one (parent resource, extended resource, group, subscription); "" above that."""
    head, found, tail = arm_id.rpartition("/providers/")
    if found:
        segments = tail.split("/")
        return f"{head}/providers/{'/'.join(segments[:-2])}" if len(segments) > 3 else head
    parts = arm_id.strip("/").split("/")
    return f"/subscriptions/{parts[1]}" if len(parts) >= 4 else ""


@lru_cache(maxsize=_AT_HAND)
def ancestors(arm_id: str) -> tuple[str, ...]:
    """The comparable ids of everything that contains a resource, the nearest first, up to its subscription."""
    parent = parent_of(key(arm_id))
    return (parent, *ancestors(parent)) if parent else ()


def subscription_of(arm_id: str) -> str:
    """The subscription's GUID in lower case; "" where the id has none."""
    parts = arm_id.strip("/").split("/")
    return parts[1].lower() if len(parts) > 1 and parts[0].lower() == "subscriptions" else ""


def group_of(arm_id: str) -> str:
    """The id of the resource group that holds this resource (or is it); "" for what lies outside any group."""
    parts = arm_id.split("/")
    return "/".join(parts[:5]) if len(parts) >= 5 and parts[3].lower() == "resourcegroups" else ""


def without_revision(arm_id: str) -> str:
    """The id of an API for that of one of its revisions (`apis/orders;rev=2`), what lies in it included; any other id as it is."""
    return _REVISION.sub("", arm_id)


def is_plain(arm_id: str) -> bool:
    """Does the id say where it leads? One with `..`, an escape or a query names another place once it is part of a URL."""
    return bool(_PLAIN.fullmatch(arm_id)) and not ("/." in arm_id and {".", ".."} & set(arm_id.split("/")))


def is_within(arm_id: str, scope: str) -> bool:
    """Is `arm_id`, a plain one, the scope itself or anything below it?"""
    inner, outer = key(arm_id), key(scope)
    return inner == outer or inner.startswith(outer + "/")


def resource_group(subscription_id: str, name: str) -> str:
    """The id of a resource group."""
    return f"/subscriptions/{subscription_id}/resourceGroups/{name}"


def resource(scope: str, arm_type: str, *names: str) -> str:
    """The id of a resource of `arm_type` below a group or an extended resource: one name for each level of the type."""
    namespace, *types = arm_type.split("/")
    levels = "/".join(f"{level}/{name}" for level, name in zip(types, names, strict=True))
    return f"{scope}/providers/{namespace}/{levels}"
