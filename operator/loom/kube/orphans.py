"""An object that is being deleted, and whose zone was taken away by force: who says today where it may delete?

Any plane that grants its namespace everything that it has made: a grant is authority whoever pointed to it. Without one, the sentence
says what a person can do. It decides; the gatherer reads.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from loom.api.admin_plane import AdminPlaneSpec
from loom.engine.inventory import Inventory
from loom.errors import Refusal
from loom.kube.key import Key
from loom.plan.context import Context
from loom.plan.kinds import KINDS


def under_a_grant(
    key: Key, spec: Any, obj: Mapping[str, Any], context: Context, planes: Iterable[tuple[str, AdminPlaneSpec]]
) -> Context | None:
    """The context with the first plane whose grants cover all that the object has made; None where there is none."""
    made = Inventory.read(obj.get("status") or {}).ids.values()
    for name, plane in planes:
        seen = replace(context, plane_name=name, plane=plane)
        try:
            authority = KINDS[key.kind].authority(spec, seen)
        except Refusal:
            continue
        if all(authority.covers(arm_id) for arm_id in made):
            return seen
    return None


def left_alone(refusal: Refusal) -> Refusal:
    """What to do where no plane grants it."""
    words = (
        f"{refusal.message} Nothing that this object made can be deleted without the zone, as no AdminPlane grants it to this "
        "namespace: bring the zone back, or ask for the grant, or set spec.deletionPolicy to Detach to leave it in Azure."
    )
    return Refusal(refusal.reason, words, wait=refusal.wait)
