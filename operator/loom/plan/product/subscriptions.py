"""The subscriptions of a product that are made by name: the last of all, so that a key never works before what it opens does.

Subscriptions that developers take out by themselves are theirs: nothing here knows them.
"""

from collections.abc import Iterator
from datetime import timedelta

from loom.api.api_product import ApiProductSpec
from loom.api.api_subscription import DEFAULT_OVERLAP, KeyTarget, Rotation, Subscription, SubscriptionState
from loom.errors import Refusal
from loom.plan.arm_id import name_of
from loom.plan.keys import KeyExport
from loom.plan.keys import Place as KeyPlace
from loom.plan.product.place import PRODUCT, PUBLISHED, SERVICE, Place
from loom.plan.resource import Mode, Resource
from loom.plan.values import Ref, Value

STATES = {
    SubscriptionState.ACTIVE: "active",
    SubscriptionState.SUSPENDED: "suspended",
    SubscriptionState.CANCELLED: "cancelled",
}


def subscription_key(name: str) -> str:
    """The plan's key of a subscription."""
    return f"subscription/{name}"


def subscriptions(place: Place, after: str) -> Iterator[Resource]:
    """Each subscription, and the accounts that the spec names. `after` is the key of the last write before."""
    for named in dict.fromkeys(filter(None, map(_account, place.spec.subscriptions))):
        yield Resource(
            key=_user_key(named),
            id=user_id(place, named),
            mode=Mode.EXISTING,
            depends_on=(SERVICE,),
            condition=PUBLISHED,
        )
    for wanted in place.spec.subscriptions:
        account = _account(wanted)
        yield Resource(
            key=subscription_key(wanted.name),
            id=f"{place.service}/subscriptions/{place.name(f'sub-{wanted.name}')}",
            body={"properties": _properties(place, wanted)},
            depends_on=(PRODUCT, after, *((_user_key(account),) if account else ())),
            condition=PUBLISHED,
        )


def _account(wanted: Subscription) -> str | None:
    return wanted.owner.user_id if wanted.owner else None


def _user_key(account: str) -> str:
    return f"user/{account}"


def user_id(place: Place, account: str) -> str:
    """The id of a developer's account in the service."""
    return f"{place.service}/users/{account}"


def _properties(place: Place, wanted: Subscription) -> dict[str, Value]:
    properties: dict[str, Value] = {
        "scope": place.product,
        "displayName": _display_name(wanted),
        "state": STATES[wanted.state],
    }
    if account := _account(wanted):
        properties["ownerId"] = user_id(place, account)
    return properties


def _display_name(wanted: Subscription) -> str:
    """At most 100 characters (type tables): whom to write to stays whole, as it is what people look for."""
    email = wanted.owner.email if wanted.owner else None
    if not email:
        return wanted.name
    return f"{wanted.name[: max(100 - len(email) - 3, 0)]} ({email})"[-100:]


def subscription_states(spec: ApiProductSpec) -> dict[str, Value]:
    """What status says of each subscription, by its key in the plan."""
    keys = (subscription_key(wanted.name) for wanted in spec.subscriptions)
    return {key: Ref(key, "properties.state") for key in keys}


def exports(place: Place) -> Iterator[KeyExport]:
    """Where the keys of subscriptions go. Raises `Refusal`."""
    taken: dict[str, str] = {}
    for wanted in place.spec.subscriptions:
        if wanted.export_keys_to is None:
            continue
        target, rotation = _target(place, wanted.name, wanted.export_keys_to), wanted.rotation
        other = taken.setdefault(target.shown.lower(), wanted.name)
        if other != wanted.name:
            raise Refusal(
                "InvalidSpec",
                f"spec.subscriptions: the keys of {other} and {wanted.name} go to one place, {target.shown}",
            )
        yield KeyExport(
            name=wanted.name,
            key=subscription_key(wanted.name),
            place=target,
            every=rotation.every if rotation else None,
            overlap=_overlap(rotation),
            request=(rotation.request or "") if rotation else "",
            holder=place.proof_of(target.vault),
        )


def _target(place: Place, name: str, target: KeyTarget) -> KeyPlace:
    if target.secret_ref is not None:
        return KeyPlace(target.secret_ref.name)
    assert target.key_vault is not None  # noqa: S101 (the model's rule)
    holder = place.vault_of(target.key_vault.id, f"spec.subscriptions[{name}].exportKeysTo.keyVault")
    return KeyPlace(target.key_vault.secret_name, name_of(holder))


def _overlap(rotation: Rotation | None) -> timedelta:
    if rotation is None:
        return DEFAULT_OVERLAP
    if rotation.overlap is not None:
        return rotation.overlap
    return min(DEFAULT_OVERLAP, rotation.every / 2) if rotation.every else DEFAULT_OVERLAP
