"""Namesakes: resources whose mark differs from ours in nothing but the installation.

Either somebody else's operator has an object of the same name, or whoever planned gave the wrong installation. The inventory tells
the two apart: what is in it, this very object has made.
"""

from collections.abc import Iterator

from loom.engine.inventory import Inventory
from loom.engine.marks import owner_of
from loom.engine.one_pass import Pass
from loom.engine.ports import Observed
from loom.errors import Refusal
from loom.plan.arm_type import ArmType


def namesake(run: Pass, arm_type: ArmType, live: Observed) -> str:
    """The installation whose mark differs from ours in nothing else; "" for any other mark.

    Raises Refusal where this very object has made the resource: then everything would be compared with the wrong marks and names.
    """
    theirs, _, rest = owner_of(arm_type, live).partition("/")
    if rest != run.work.owner.mark.partition("/")[2] or theirs == run.work.owner.installation:
        return ""
    if live.id in Inventory.read(run.work.status):
        raise Refusal(
            "OwnedByAnother",
            f"{_planned_as(run, theirs)}. Set installation: {theirs} (LOOM_INSTALLATION) and plan again.",
        )
    return theirs


def _planned_as(run: Pass, theirs: str) -> str:
    ours = run.work.owner.installation
    return f"what this object has in Azure is marked by the installation {theirs}, and this was planned as {ours}"


def warnings_of_namesakes(run: Pass) -> Iterator[str]:
    """A sentence for what a namesake of this object has made. Raises Refusal as above."""
    for item in run.items.values():
        theirs = (
            namesake(run, item.type, item.live) if item.live is not None and item.reason == "OwnedByAnother" else ""
        )
        if theirs:
            yield f"{_planned_as(run, theirs)}. If {theirs} is the operator that you apply to, set installation (LOOM_INSTALLATION)."
