"""What the operator never does, whatever happens: `Vows` judges its requests, its statuses and its log while it works.

It deletes nothing that is another's or holds data, nor what contains that; it writes nothing that is another's; it asks no operation before
its time; one writer at a time works in a network; no secret stands in a status or in the log.
"""

import json
import logging
import re
from collections.abc import Mapping
from functools import reduce
from typing import Any

from loom.plan.arm_id import is_within, key
from loom.plan.catalog import arm_type
from loom.sim.records import Record
from support.drifts import GROUPS
from support.oracles import oracle
from support.promises import broken_promises
from support.simulator import Simulator

RACES = ("AnotherOperationInProgress", "PessimisticConcurrencyConflict")
LOST = ("cut", "timeout", "InternalServerError", "ServiceUnavailable", "AuthorizationFailed", "TooManyRequests")
SECRET = re.compile(r"eyJ[\w-]{20,}\.|[?&](?:sig|c|s)=[\w%-]{20,}|AccountKey=|SharedAccessKey=|-----BEGIN")
THEIRS: dict[str, tuple[str, dict[str, Any]]] = {
    "group": (
        "{}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/theirs",
        {"location": "eastus2", "tags": {"csaloom-io-owner": "sandbox/elsewhere/DataLandingZone/other"}},
    ),
    "event-hubs": ("{}/eventhubs/theirs", {"properties": {"partitionCount": 1}}),
    "storage": ("{}/blobServices/default/containers/theirs", {"properties": {}}),
    "service-bus": ("{}/queues/theirs", {"properties": {}}),
}
"""What somebody else makes in what is ours, by its plan key."""


class Vows:
    """`foreign` are the ids of what is another's, by their comparable form."""

    def __init__(self, azure: Simulator) -> None:
        self.azure = azure
        self.holders = frozenset(THEIRS)  # plan keys of what somebody may settle in
        self.foreign: dict[str, str] = {}
        self.forgives_races = False  # who has forgotten its own operations, or was told that they failed, may meet them
        self._unheard: set[str] = set()  # paths whose last answer nobody heard: who was not told to wait does not
        self.log = _Heard()
        rules = oracle("status_rules")
        self._rules = rules.broken if rules else lambda _obj: []

    def settle(self, name: str, arm_id: str) -> str:
        """Somebody else makes something in what is planned as `name`; what, in words."""
        template, body = THEIRS[name]
        theirs = template.format(arm_id)
        self.azure.seed(theirs, body)
        self.foreign[key(theirs)] = theirs
        return f"somebody makes {theirs}"

    def forget(self, arm_id: str) -> None:
        """Somebody took this away by hand, with all that is in it."""
        self.foreign = {name: spelled for name, spelled in self.foreign.items() if not is_within(spelled, arm_id)}

    def judge_requests(self) -> None:
        """Everything asked since the last time."""
        records = self.azure.world.records
        broken = [words for record in records.last for words in self._broken(record)]
        broken += [f"{spelled} is gone" for spelled in self.foreign.values() if self.azure.get(spelled) is None]
        records.reset()
        assert not broken, broken

    def judge_status(self, obj: Mapping[str, Any]) -> None:
        """A status as it was written."""
        # The id of a group is part of a plan's key, and no request's.
        shown = json.loads(reduce(lambda text, group: text.replace(group, "a-group"), GROUPS.values(), json.dumps(obj)))
        broken = [*self._rules(shown), *broken_promises(obj["kind"], obj["status"])]
        assert not broken, (obj["metadata"]["name"], broken)
        self._judge_text(str(obj["status"]))

    def judge_log(self) -> None:
        """Everything that was logged since the last time."""
        self._judge_text("\n".join(self.log.lines))
        self.log.lines.clear()

    def _judge_text(self, text: str) -> None:
        assert self.azure.client_secret not in text
        found = SECRET.search(text)
        assert found is None, text[max(0, found.start() - 200) : found.end()]

    def _broken(self, record: Record) -> list[str]:
        if record.principal != "operator":
            return []
        asked, found = f"{record.method} {record.path} ({record.status} {record.code})", []
        if record.method in ("PUT", "PATCH", "DELETE") and key(record.path) in self.foreign:
            found.append(f"{asked}: it is another's")
        if record.method == "DELETE" and (kept := self._kept_in(record.path)):
            found.append(f"{asked}: {kept} is to be kept")
        if record.early and record.path not in self._unheard:
            found.append(f"{asked}: too early")
        (self._unheard.add if record.code in LOST else self._unheard.discard)(record.path)
        if record.code in RACES and not self.forgives_races:
            found.append(f"{asked}: two writers at once")
        return found

    def _kept_in(self, arm_id: str) -> str:
        """The first resource in or at an id that is another's or holds data; "" where there is none."""
        if _holds_data(arm_id):
            return arm_id
        inside = [item.id for item in self.azure.world.store if is_within(item.id, arm_id)]
        return next((one for one in inside if key(one) in self.foreign or _holds_data(one)), "")


def _holds_data(arm_id: str) -> bool:
    try:
        return bool(arm_type(arm_id).protected)
    except KeyError:
        return False


class _Heard(logging.Handler):
    """Keeps what the operator logs, at any level."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))
