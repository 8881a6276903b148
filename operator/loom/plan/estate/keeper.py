"""Whose an estate is already, by the mark on its resource group: a file for anybody else could never be applied."""

from loom.errors import Refusal
from loom.plan.arm_id import name_of
from loom.plan.estate.found import Found
from loom.plan.ownership import TAG, Owner
from loom.plan.values import at


def keeper_of(found: Found, namespace: str, name: str, installation: str) -> Owner | None:
    """The owner; None where nobody has marked the group.

    `namespace` and `name`: those of the object that a person asks for, `installation` the configured one; "" = whichever it is.
    Raises `Refusal` where the estate is not that object's: what is marked is never taken over.
    """
    tags = at(found.get(found.group), "tags") or {}
    owner = Owner.of(next((str(value) for tag, value in tags.items() if tag.lower() == TAG), ""))
    if owner is None:
        return None
    where = f"{name_of(found.group)} is kept already by {owner.kind} {owner.namespace}/{owner.name} of installation {owner.installation}"
    if installation and installation != owner.installation:
        raise Refusal(
            "OwnedByAnother",
            f"{where}, and the configured one is {installation}: import it with that installation configured, or change that object",
        )
    if (namespace or owner.namespace, name or owner.name) != (owner.namespace, owner.name):
        raise Refusal("OwnedByAnother", f"{where}, and is never taken over: leave --namespace and --name out")
    return owner
