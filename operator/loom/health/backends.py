"""What stands behind an application gateway, as the gateway itself sees it. It says what that is, and not what it means for a way in.

Azure takes its time to answer (Azure docs: Application Gateway, Backend health): one look asks, a later one has the answer, and none
waits for it. Between the two, the answer before stands. All of it is in memory only: an operation's URL is a signed secret.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from time import monotonic

from loom.api.reasons import Reason
from loom.engine.ports import Cloud, Operation, Written
from loom.errors import CloudError
from loom.plan.checks import Finding, Health
from loom.plan.recent import Recent
from loom.plan.values import Json, at

ACTION = "backendhealth"
STALE = 1800.0  # seconds after which an answer says nothing of today
MOST = 5_000  # questions; that to a gateway that is gone is forgotten after so many others
_WORST = (Health.UNHEALTHY, Health.UNKNOWN)

# Azure docs: REST reference, ApplicationGatewayBackendHealthServerHealth; every other word says neither.
_WORDS = {"healthy": Health.HEALTHY, "up": Health.HEALTHY, "unhealthy": Health.UNHEALTHY, "down": Health.UNHEALTHY}
_WHY_UNKNOWN = "as under a route table or a security group that cuts the gateway off from its control plane"


@dataclass(slots=True)
class _Question:
    """What was asked of one gateway: under way until there is no operation, and not to be looked at before `due`."""

    operation: Operation | None = None
    begun: float = 0.0
    due: float = 0.0
    answer: tuple[Health, str] | None = None
    answered: float = 0.0

    def take(self, health: Health, words: str, now: float) -> None:
        """This is the answer from now on."""
        self.answer, self.answered = (health, words), now


class Backends:
    """The questions to all gateways, by who asks and which gateway. `clock` gives monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._asked: Recent[tuple[str, str], _Question] = Recent(MOST)

    async def look(self, cloud: Cloud, gateway: str, key: str) -> Finding:
        """One look: asks where nothing is under way, else reads what came. `key` names the gateway in the finding. Never raises."""
        question = self._question(cloud.principal, gateway.lower())
        if self._clock() - question.answered > STALE:
            question.answer = None
        if self._clock() >= question.due:
            try:
                await self._advance(cloud, gateway, question)
            except CloudError as error:
                question.due = self._clock() + error.retry_after
                if not error.passes_soon:  # else the question stands, and so does the answer before
                    question.operation = None
                    question.take(Health.UNKNOWN, f"does not show what is behind it: {error.message}", self._clock())
        return _finding(key, *(question.answer or (Health.UNKNOWN, "has been asked what is behind it")))

    def _question(self, principal: str, gateway: str) -> _Question:
        known = self._asked.get((principal, gateway))
        if known is None:
            known = _Question()
            self._asked.put((principal, gateway), known)
        return known

    async def _advance(self, cloud: Cloud, gateway: str, question: _Question) -> None:
        if self._clock() - question.begun > STALE:  # Azure has lost it: there would never be an answer again
            question.operation = None
        running = question.operation
        if running is None:
            question.begun = self._clock()
        written: Written = await (cloud.poll(running) if running else cloud.begin(gateway, ACTION))
        question.operation, question.due = written.operation, self._clock() + written.wait
        if written.operation is None:
            question.take(*judge(written.observed.body if written.observed else {}), self._clock())


def judge(body: Mapping[str, Json]) -> tuple[Health, str]:
    """The worst of all servers behind a gateway, and what it says of them."""
    servers = list(_servers(body))
    if not servers:
        return Health.UNKNOWN, "shows nothing behind it"
    found = [_WORDS.get(state.lower(), Health.UNKNOWN) for _, state, _ in servers]
    health = next((worst for worst in _WORST if worst in found), Health.HEALTHY)
    words = sorted({f"{address} is {state}{_why(state, log)}" for address, state, log in servers})
    return health, f"says of what is behind it: {'; '.join(words)}"


def _servers(body: Mapping[str, Json]) -> Iterator[tuple[str, str, str]]:
    """Address, state and the words of the probe of each."""
    for pool in at(body, "backendAddressPools") or ():
        for settings in at(pool, "backendHttpSettingsCollection") or ():
            for server in at(settings, "servers") or ():
                address, state, log = (str(at(server, name) or "") for name in ("address", "health", "healthProbeLog"))
                yield address, state, log


def _why(state: str, log: str) -> str:
    match _WORDS.get(state.lower()):
        case Health.HEALTHY:
            return ""
        case Health.UNHEALTHY:
            # Its first sentence; numbers of times follow.
            return f" ({log.partition('. ')[0].rstrip('.')[:160]})" if log else ""
        case _:
            return f", {_WHY_UNKNOWN}"


def _finding(key: str, health: Health, words: str) -> Finding:
    reason = {Health.HEALTHY: Reason.SUCCEEDED, Health.UNHEALTHY: Reason.UNREACHABLE}.get(health, Reason.NOT_MEASURED)
    return Finding(key, "Reachable", health, reason, words)
