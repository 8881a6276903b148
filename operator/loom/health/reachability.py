"""Can a way in be used? Asked by HTTP from where the operator runs; where that does not get there, by what Azure itself shows of it.

401 and 403 are answers of the app and count; 404 is what an ingress says that knows no such app, or lets nobody from outside in.
It measures one way; what that means for the zone is the planner's and the engine's to say.
"""

from collections.abc import Awaitable, Callable

from loom.api.reasons import Reason
from loom.health.addresses import Inside, alone
from loom.health.asking import NOT_ASKED, Answer, Asker, Trouble
from loom.health.gateway import comes_from_azure
from loom.plan.backends import host_of
from loom.plan.checks import BackendCheck, Finding, Health, LinkCheck, WayCheck, ranges_for
from loom.plan.values import Lookup, resolve

Ask = Callable[[LinkCheck | BackendCheck], Awaitable[Finding]]  # what Azure itself says of a part of the way

# From where the operator runs a private address may lead nowhere, or to another network's host of the same number, whose certificate
# is then for another name: none of it says anything of the way itself.
_ELSEWHERE = frozenset({Trouble.PRIVATE, Trouble.NO_NAME, Trouble.LATE, Trouble.CUT, Trouble.UNTRUSTED})
# Nor does it of a way from the internet, where the operator has none. A certificate that came says that somebody answers.
_NO_INTERNET = _ELSEWHERE - {Trouble.UNTRUSTED}
_ORDER = (Health.UNHEALTHY, Health.UNKNOWN, Health.PENDING)


async def examine_way(check: WayCheck, asker: Asker, lookup: Lookup, ask: Ask) -> Finding:
    """One finding. Raises Unresolved for what is not known yet, and CloudError when the evidence cannot be read."""
    if not comes_from_azure(check.url):
        return _finding(check, "", Health.UNKNOWN, Reason.NOT_MEASURED, "its address is not one that Azure reported")
    url = str(resolve(check.url, lookup))
    if check.first and (held := await ask(check.first)).health is not Health.HEALTHY:
        return _not_yet(check, url, held, str(resolve(check.remedy, lookup)))
    own = [address for place in check.inside for address in alone(f"{resolve(place, lookup)}")]
    ranges = (*own, *ranges_for(host_of(url), check.passages))
    answer = await asker.ask(url, Inside(ranges, at=str(lookup(check.at)) if check.at else ""))
    is_cut_off = answer.trouble in (_NO_INTERNET if check.is_public else _ELSEWHERE)
    if check.evidence and is_cut_off and not (check.is_public and asker.has_heard(url)):
        return await _by_evidence(check, url, answer, ask)
    health, reason, words = _verdict(answer)
    if health is Health.UNHEALTHY:
        words += await _of_backends(check, ask)
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


async def _by_evidence(check: WayCheck, url: str, answer: Answer, ask: Ask) -> Finding:
    """The worst of what Azure says of the way's parts. Of a way from the internet it proves what is broken, and not that the rest works."""
    found = [await ask(part) for part in check.evidence]
    worst = next((part for health in _ORDER for part in found if part.health is health), None)
    shown = f"{worst.key} {worst.message}" if worst else ""
    if worst is not None and not (check.is_public and worst.health is Health.UNKNOWN):
        reason = Reason.UNREACHABLE if worst.health is Health.UNHEALTHY else worst.reason
        return _finding(check, url, worst.health, reason, shown, probed_from="Arm")
    if not check.is_public:
        return _finding(check, url, Health.HEALTHY, Reason.SUCCEEDED, "", probed_from="Arm")
    shown = shown or "Azure shows nothing wrong with it"
    words = (
        f"{answer.words}, as to an operator without a way to the internet; {shown}, which does not prove that it works"
    )
    return _finding(check, url, Health.UNKNOWN, Reason.NOT_MEASURED, words, probed_from="Arm")


async def _of_backends(check: WayCheck, ask: Ask) -> str:
    """Why nothing came through, as the gateway itself has it; "" where none stands in the way, or it does not know."""
    found = [await ask(part) for part in check.evidence if isinstance(part, BackendCheck)]
    return "".join(f"; {part.key} {part.message}" for part in found if part.health is Health.UNHEALTHY)


def _finding(
    check: WayCheck, url: str, health: Health, reason: str, words: str, status: int = 0, probed_from: str = ""
) -> Finding:
    told: tuple[tuple[str, str | int], ...] = (("url", url), ("httpStatus", status), ("probedFrom", probed_from))
    return Finding(check.name, check.condition, health, reason, words, tuple(row for row in told if row[1]))
