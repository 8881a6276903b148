"""Can a way in be used? Asked by HTTP from where the operator runs; where that does not get there, by what Azure itself shows of it.

401 and 403 are answers of the app and count; 404 is what an ingress says that knows no such app, or lets nobody from outside in.
It measures one way; what that means for the zone is the planner's and the engine's to say.
"""

from collections.abc import Awaitable, Callable, Mapping

from loom.api.conditions import Reason
from loom.health.addresses import Inside
from loom.health.asking import NOT_ASKED, Answer, Asker, Trouble
from loom.health.gateway import comes_from_azure
from loom.health.link import link
from loom.plan.backends import host_of
from loom.plan.checks import Finding, Health, WayCheck, ranges_for
from loom.plan.values import Json, Lookup, resolve

Read = Callable[[str], Awaitable[Mapping[str, Json] | None]]  # the body of what is planned under a key

# From where the operator runs a private address may lead nowhere, or to another network's host of the same number, whose certificate
# is then for another name: none of it says anything of the way itself.
_ELSEWHERE = frozenset({Trouble.PRIVATE, Trouble.NO_NAME, Trouble.LATE, Trouble.CUT, Trouble.UNTRUSTED})
_ORDER = (Health.UNHEALTHY, Health.UNKNOWN, Health.PENDING)


async def examine_way(check: WayCheck, asker: Asker, lookup: Lookup, read: Read) -> Finding:
    """One finding. Raises Unresolved for what is not known yet, and CloudError when the evidence cannot be read."""
    if not comes_from_azure(check.url):
        return _finding(check, "", Health.UNKNOWN, Reason.NOT_MEASURED, "its address is not one that Azure reported")
    url = str(resolve(check.url, lookup))
    if check.first and (held := link(check.first, await read(check.first.key))).health is not Health.HEALTHY:
        return _not_yet(check, url, held, str(resolve(check.remedy, lookup)))
    own = tuple(f"{resolve(place, lookup)}" for place in check.inside)
    ranges = (*own, *ranges_for(host_of(url), check.passages))
    answer = await asker.ask(url, Inside(ranges, at=str(lookup(check.at)) if check.at else ""))
    if check.evidence and answer.trouble in _ELSEWHERE:
        return await _by_evidence(check, url, read)
    health, reason, words = _verdict(answer)
    return _finding(check, url, health, reason, words, answer.status, probed_from="Operator")


def _not_yet(check: WayCheck, url: str, held: Finding, remedy: str) -> Finding:
    """What must hold before the address may be asked does not; where a person can mend it, nothing else will."""
    if held.health is Health.UNKNOWN:
        return _finding(
            check, url, Health.UNKNOWN, Reason.NOT_MEASURED, f"{held.key} {held.message}", probed_from="Arm"
        )
    words = f"{held.key} {held.message}".partition(":")[0]
    return _finding(check, url, Health.UNHEALTHY, Reason.WAITING_FOR_OWNER, f"{words}: {remedy}", probed_from="Arm")


def _verdict(answer: Answer) -> tuple[Health, Reason, str]:
    if answer.trouble in NOT_ASKED:
        return Health.UNKNOWN, Reason.NOT_MEASURED, answer.words
    if answer.trouble is None and answer.status == 404:
        words = f"{answer.words}: the ingress has no such app, or lets nobody from outside its environment in"
        return Health.UNHEALTHY, Reason.UNREACHABLE, words
    if answer.trouble is not None or answer.status >= 500:
        return Health.UNHEALTHY, Reason.UNREACHABLE, answer.words
    return Health.HEALTHY, Reason.SUCCEEDED, ""


async def _by_evidence(check: WayCheck, url: str, read: Read) -> Finding:
    """The worst of what Azure says of the way's parts."""
    found = [link(part, await read(part.key)) for part in check.evidence]
    for health in _ORDER:
        for part in found:
            if part.health is health:
                words = f"{part.key} {part.message}"
                reason = Reason.UNREACHABLE if health is Health.UNHEALTHY else part.reason
                return _finding(check, url, health, reason, words, probed_from="Arm")
    return _finding(check, url, Health.HEALTHY, Reason.SUCCEEDED, "", probed_from="Arm")


def _finding(
    check: WayCheck, url: str, health: Health, reason: str, words: str, status: int = 0, probed_from: str = ""
) -> Finding:
    told: tuple[tuple[str, str | int], ...] = (("url", url), ("httpStatus", status), ("probedFrom", probed_from))
    return Finding(check.name, check.condition, health, reason, words, tuple(row for row in told if row[1]))
