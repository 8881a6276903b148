"""Does a gateway answer as it should? Only a host that Azure reported is asked: its name stands in a reference, never in the spec."""

import re
from collections.abc import Mapping

from loom.api.reasons import Reason
from loom.health.addresses import NOWHERE, Inside
from loom.health.asking import NOT_ASKED, Asker
from loom.plan.checks import Health
from loom.plan.values import Ref, Text, Value

_WHOLE_HOST = re.compile(r"^(https://)?\{0?\}(/|$)")


async def ask_gateway(
    asker: Asker,
    url: str,
    expect: tuple[int, ...],
    headers: Mapping[str, str] | None = None,
    inside: Inside = NOWHERE,
) -> tuple[Health, Reason, str]:
    """Health, reason and words. Never raises."""
    answer = await asker.ask(url, inside, headers)
    if answer.trouble in NOT_ASKED:
        return Health.UNKNOWN, Reason.NOT_MEASURED, answer.words
    if answer.trouble is not None:
        return Health.UNHEALTHY, Reason.UNREACHABLE, answer.words
    if answer.status in expect:
        return Health.HEALTHY, Reason.SUCCEEDED, ""
    wanted = " or ".join(map(str, expect))
    return Health.UNHEALTHY, Reason.UNREACHABLE, f"{answer.words} where {wanted} was expected"


def comes_from_azure(url: Value) -> bool:
    """Is the host of an address a reference to what Azure shows, whole and with nothing beside it?"""
    match url:
        case Ref():
            return True
        case Text(template, parts):
            return bool(parts) and isinstance(parts[0], Ref) and bool(_WHOLE_HOST.match(template))
        case _:
            return False
