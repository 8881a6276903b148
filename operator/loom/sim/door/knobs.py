"""Knobs: what a person may order for one resource, by its type. One table, which the door holds orders to and the page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from loom.sim.apim.kinds import SERVICES
from loom.sim.ids import parse
from loom.sim.providers.app import APPS
from loom.sim.providers.app_health import FAILURES
from loom.sim.providers.front_door_plane import HOSTS
from loom.sim.wire import FATES
from loom.sim.world import World

Json = dict[str, Any]
STATES = (
    "Approved", "InternalError", "Pending", "PendingRevalidation", "RefreshingValidationToken", "Rejected", "Submitting", "TimedOut",
    "Unknown",
)  # fmt: skip
"""Azure docs: Domain validation states of Front Door."""


@dataclass(frozen=True, slots=True)
class Knob:
    """One knob of a type's resources. It takes one of `words`, or an object with `parts`, or, with neither, a text.

    `parts` have an example each of what they take: another value must be of its type, or one of the words where it is a tuple.
    """

    type: str
    name: str
    meaning: str
    words: tuple[str, ...] = ()
    parts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def takes(self) -> str:
        """What it takes, in words."""
        if self.parts:
            return "{" + ", ".join(self.parts) + "}"
        return ", ".join(self.words) or "a text"

    def check(self, value: Any) -> None:
        """Raises ValueError with a sentence for a value that it does not take."""
        if not self.parts:
            if type(value) is not str or (self.words and value not in self.words):
                raise ValueError(f"{self.name} is {'one of ' if self.words else ''}{self.takes}, not {value!r}")
            return
        if type(value) is not dict:
            raise ValueError(f"{self.name} is an object {self.takes}, not {value!r}")
        for part, given in value.items():
            if part not in self.parts:
                raise ValueError(f"{self.name} has no {part!r}; it takes {self.takes}")
            example = self.parts[part]
            if isinstance(example, tuple) and given not in example:
                raise ValueError(f"{part} of {self.name} is one of {', '.join(example)}, not {given!r}")
            if part == "status" and (type(given) is not int or not 100 <= given <= 599):
                raise ValueError(f"status of {self.name} is a whole number from 100 to 599, not {given!r}")


KNOBS: tuple[Knob, ...] = (
    Knob(APPS, "failure", "The app fails so, until the knob is turned back", tuple(FAILURES)),
    Knob(APPS, "details", "The words that Azure has for that failure"),
    Knob(
        APPS, "http", "What the app answers to every call, or the OpenAPI document that it shows",
        parts={"status": 503, "body": "", "document": "", "headers": {}},
    ),
    Knob(
        SERVICES.name, "gateway", "What the gateway answers to every call, or that it is silent (hang) or closes the connection (cut)",
        parts={"status": 503, "body": "", "fate": FATES},
    ),
    Knob(HOSTS, "validation", "The proof of a custom host: Approved is that its TXT record was set", STATES),
)  # fmt: skip


def turn(world: World, arm_id: str, values: Json) -> None:
    """Order this for one resource, also before it is there; nothing ordered makes it well again. Raises ValueError with a sentence."""
    target = parse(arm_id)
    kind = world.catalog.kind(target.type_key) if target is not None and target.is_instance else None
    if kind is None:
        raise ValueError(f"{arm_id!r} is no id of a resource that the simulator knows")
    known = {knob.name: knob for knob in KNOBS if knob.type == kind.name}
    if not known:
        turned = ", ".join(dict.fromkeys(knob.type for knob in KNOBS))
        raise ValueError(f"there is no knob for a {kind.name}; there are some for {turned}")
    for name, value in values.items():
        if name not in known:
            raise ValueError(f"a {kind.name} has no knob {name!r}; it has {', '.join(known)}")
        known[name].check(value)
    if values:
        world.knobs[arm_id.lower()] = values
    else:
        world.knobs.pop(arm_id.lower(), None)
    if resource := world.store.get(arm_id):
        kind.behavior.turned(world, resource)
