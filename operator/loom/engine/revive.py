"""Revive: what was deleted, and is still kept under its name by the service, is brought back instead of made anew.

Only what is provably ours comes back: the kept one says by its id that it was this resource, and by its tags whose it was. What
else holds the name is told, with what to do about it. Rights on what comes back are gone: they are planned resources, and made again.
"""

from collections.abc import Mapping

from loom.engine.compose import merge
from loom.engine.inventory import short
from loom.engine.item import Item
from loom.engine.one_pass import Pass
from loom.engine.work import Event
from loom.plan.arm_id import key, name_of, subscription_of
from loom.plan.arm_type import Revival
from loom.plan.outcome import State
from loom.plan.ownership import TAG
from loom.plan.values import Json, at


async def revived(run: Pass, item: Item, body: dict[str, Json]) -> dict[str, Json] | None:
    """The body of a creation, with the word that brings back what was deleted; None where another holds the name, as the item says."""
    rule = item.type.revival
    if rule is None or item.live is not None:
        return body
    kept = await run.ports.cloud.get(_place(rule, item.id, str(body.get("location"))))
    if kept is None:
        return body
    if not _is_ours(run, rule, item, kept.body):
        words = (
            f"the name {name_of(item.id)} is held by a deleted {item.type.label} of somebody else's "
            f"({at(kept.body, rule.origin)}) until it is purged; set another name, or have it purged"
        )
        item.stand(State.BLOCKED, "NameTaken", words)
        return None
    said: Json = rule.word
    for name in reversed(rule.path.split(".")):
        said = {name: said}
    return merge(body, said)


def tell_recovery(run: Pass, item: Item) -> None:
    """One event, once the service has taken the word."""
    words = f"{short(item.id)} had been deleted; it is brought back with all that it held"
    run.events.append(Event("Normal", "Recovered", words))


def _place(rule: Revival, arm_id: str, location: str) -> str:
    subscription = f"/subscriptions/{subscription_of(arm_id)}"
    return f"{subscription}/providers/{rule.place}".format(location=location, name=name_of(arm_id))


def _is_ours(run: Pass, rule: Revival, item: Item, kept: Mapping[str, Json]) -> bool:
    """Was it this very resource, and ours, or nobody's that we may adopt?"""
    if key(str(at(kept, rule.origin) or "")) != key(item.id):
        return False
    tags = at(kept, rule.tags) or {}
    mark = next((str(value) for name, value in tags.items() if name.lower() == TAG), "")
    return mark == run.work.owner.mark or (not mark and run.work.wishes.adoption == "Adopt")
