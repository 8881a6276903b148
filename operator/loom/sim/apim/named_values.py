"""`{{name}}` in a policy or in what a backend is shown: the value behind it, which no answer ever tells."""

from __future__ import annotations

from loom.sim.apim.call import Call
from loom.sim.apim.places import NAMED_VALUES
from loom.sim.apim.policies import NAMED_VALUE


def filled(call: Call, text: str) -> str:
    """The text with every named value of the service put in; one that does not exist is nothing."""
    if "{{" not in text:
        return text
    values = {
        str(item.properties.get("displayName")): str(item.hidden.get("value") or "")
        for item in call.world.store.children(call.service.id, NAMED_VALUES)
    }
    return NAMED_VALUE.sub(lambda match: values.get(match[1], ""), text)
