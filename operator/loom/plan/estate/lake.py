"""The data lake of an estate as fields of a zone's spec: the account, what is in it, and where its events go."""

import re

from loom.plan.arm_id import key, name_of
from loom.plan.estate.found import Found, given
from loom.plan.needs import FEEDS
from loom.plan.values import Json, at

ACCOUNT = "Microsoft.Storage/storageAccounts"
TOPIC = "Microsoft.EventGrid/systemTopics"
_OUR_HASH = re.compile("-[0-9a-f]{16}$")  # which a zone puts at the end of its subscriptions' names
_FOLDER = re.compile(r"^/blobServices/default/containers/([^/]+)/$")
_DAYS = {"tierToCool": "coolAfterDays", "tierToCold": "coldAfterDays", "delete": "deleteAfterDays"}


def storage(found: Found) -> Json:
    """The first account with a hierarchical namespace; None where there is none."""
    account = account_of(found)
    if not account:
        return None
    containers = found.of(f"{ACCOUNT}/blobServices/containers", account["id"])
    retention = at(found.get(f"{account['id']}/blobServices/default"), "properties.deleteRetentionPolicy") or {}
    return given(
        name=name_of(account["id"]),
        redundancy=str(at(account, "sku.name") or "").rpartition("_")[2],
        filesystems=[{"name": name_of(body["id"])} for body in containers],
        softDeleteDays=retention.get("days") if retention.get("enabled") else None,
        lifecycle=_lifecycle(found.get(f"{account['id']}/managementPolicies/default")),
    )


def account_of(found: Found) -> Json:
    """The first account with a hierarchical namespace; {} where there is none."""
    return next((body for body in found.of(ACCOUNT) if at(body, "properties.isHnsEnabled")), {})


def _lifecycle(policy: Json) -> Json:
    """The rules, if all of them are such as a spec can say; a policy that is not whole here is left to whoever made it."""
    rules = [_rule(rule) for rule in at(policy, "properties.policy.rules") or ()]
    return rules if rules and all(rules) else None


def _rule(rule: Json) -> Json:
    actions, filters = at(rule, "definition.actions") or {}, at(rule, "definition.filters") or {}
    blobs = actions.get("baseBlob") or {}
    plain = all(list(action) == ["daysAfterModificationGreaterThan"] for action in blobs.values())
    if not rule.get("enabled", True) or set(actions) != {"baseBlob"} or not plain or not set(blobs) <= set(_DAYS):
        return None
    if filters.get("blobTypes") != ["blockBlob"] or not set(filters) <= {"blobTypes", "prefixMatch"}:
        return None
    days = {_DAYS[name]: int(action["daysAfterModificationGreaterThan"]) for name, action in blobs.items()}
    return given(name=rule.get("name"), prefixes=filters.get("prefixMatch"), **days)


def event_grid(found: Found) -> Json:
    """The system topic of the account, with the subscriptions that fill queues of the zone by the topic's identity."""
    account = account_of(found)
    topics = found.of(TOPIC)
    topic = next(
        (one for one in topics if account and key(str(at(one, "properties.source"))) == key(account["id"])), None
    )
    if topic is None:
        return None
    made = (_subscription(found, body) for body in found.of(f"{TOPIC}/eventSubscriptions", topic["id"]))
    return {"subscriptions": [one for one in made if one]}


def _subscription(found: Found, body: Json) -> Json:
    queue = str(at(body, "properties.deliveryWithResourceIdentity.destination.properties.resourceId") or "")
    name = _OUR_HASH.sub("", name_of(body["id"]))
    if not found.get(queue) or name in {feed.name for feed in FEEDS}:  # what apps need is made undeclared
        return None
    folder = _FOLDER.match(str(at(body, "properties.filter.subjectBeginsWith") or ""))
    return given(
        name=name,
        queue=name_of(queue),
        filesystem=folder[1] if folder else None,
        suffix=at(body, "properties.filter.subjectEndsWith"),
    )
