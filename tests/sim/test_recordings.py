"""Gate 3, the simulated half: each recorded PUT is sent to the simulated Azure, and both answers are held side by side.

Status, the headers that announce an operation, and the shape of the body (which properties there are, of which JSON type) agree,
but for what stands in `tests/data/recordings/answers.json`, with a reason each. A reason that nothing needs any more fails too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loom.sim.clock import StandingClock
from loom.sim.documents import value_at
from loom.sim.kinds import Kind
from support.recordings import Interaction, files, known, need
from support.simulator import Simulator

Json = dict[str, Any]
ANNOUNCE = ("Azure-AsyncOperation", "Location", "Retry-After")
STATES = ("properties.provisioningState", "properties.ProvisioningState", "properties.status")
HOUR = 3600.0


def shape(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every property path of a body with its JSON type; the items of a list share one path."""
    if isinstance(value, dict):
        for key, item in value.items():
            here = f"{path}.{key}" if path else key
            yield here, word(item)
            yield from shape(item, here)
    elif isinstance(value, list):
        for item in value:
            yield f"{path}[]", word(item)
            yield from shape(item, f"{path}[]")


def word(value: Any) -> str:
    names = {dict: "object", list: "list", str: "string", bool: "boolean", type(None): "null"}
    return names.get(type(value), "number")


def differences(recorded: Interaction, status: int, headers: dict[str, str], body: Any) -> list[str]:
    """What is not the same, as words: `- x` the service answered it and the simulator did not, `+ x` the other way round."""
    found = [] if status == recorded.status else [f"status {recorded.status} -> {status}"]
    for header in ANNOUNCE:
        if (header in recorded.headers) != (header in headers):
            found.append(f"{'-' if header in recorded.headers else '+'} header {header}")
    if recorded.method == "PUT":
        found += [
            f"{field} {a} -> {b}"
            for field in STATES
            if (a := value_at(recorded.body, field)) != (b := value_at(body, field))
        ]
    theirs, ours = dict(shape(recorded.body)), dict(shape(body))
    found += [f"- {path}" for path in theirs if path not in ours and _above(path) in ours]
    found += [f"+ {path}" for path in ours if path not in theirs and _above(path) in theirs]
    found += [
        f"{path}: {theirs[path]} -> {ours[path]}" for path in theirs if path in ours and theirs[path] != ours[path]
    ]
    return found


def _above(path: str) -> str:
    """The path of what holds this; a difference inside of what is missing altogether is told once."""
    return path.removesuffix("[]") if path.endswith("[]") else path.rpartition(".")[0]


class Replay:
    """One recording, sent again in its order. Time passes between the calls, so that each finds what went before it done."""

    def __init__(self, home: Path) -> None:
        self.azure = Simulator(clock=StandingClock(), home=home)
        self.azure.settings(enforce_throttling=False, product_subscriptions=False)
        self._before = {item["id"].lower(): item["body"] for item in known("before")}

    def kind(self, recorded: Interaction) -> Kind | None:
        return self.azure.world.catalog.kind(recorded.type)

    def put(self, recorded: Interaction) -> list[str]:
        """What differs between the recorded answer and ours."""
        kind = self.kind(recorded)
        assert kind is not None
        self._prepare(recorded, kind)
        answer = self.azure.call("PUT", f"{recorded.path}?api-version={kind.versions[0]}", recorded.sent)
        self.azure.advance(HOUR)
        return differences(recorded, answer.status, answer.headers, answer.body)

    def get(self, recorded: Interaction) -> list[str]:
        """The same for a GET of what an earlier PUT has made; nothing where this cloud does not have it."""
        if recorded.status != 200 or self.azure.get(recorded.path) is None:
            return []
        kind = self.kind(recorded)
        assert kind is not None
        answer = self.azure.call("GET", f"{recorded.path}?api-version={kind.versions[0]}")
        return differences(recorded, answer.status, answer.headers, answer.body)

    def _prepare(self, recorded: Interaction, kind: Kind) -> None:
        """Make what the recording found: the subscription, what is named in `before.json`, the parents, the thing itself."""
        self.azure.door("POST", "/sim/subscriptions", {"id": recorded.path.split("/")[2]})
        for resource, body in self._before.items():
            holder = self.azure.get(resource.rsplit("/", 2)[0])
            if holder is not None and self.azure.get(resource) is None:
                self.azure.seed(resource, body)
        above = recorded.path.rsplit("/", 2)[0] if kind.parent_name else recorded.path.partition("/providers/")[0]
        if self.azure.get(above) is None and kind.path != "resourceGroups":
            self.azure.seed(above, {"location": "westus2"})
        if recorded.status == 200 and kind.put.created != 200 and self.azure.get(recorded.path) is None:
            # Recorded upon a resource that an earlier recording had made (its `createdAt` is older than the answer): the same
            # one where the service had nothing to do, else another.
            other = {} if value_at(recorded.body, STATES[0]) == "Succeeded" else {"tags": {"made": "earlier"}}
            self.azure.seed(recorded.path, {**recorded.sent, **other})


def found(home: Path) -> dict[str, dict[str, list[str]]]:
    """Differences by type and source, for the types that the simulator has."""
    result: dict[str, dict[str, list[str]]] = {}
    for interactions in files().values():
        replay = Replay(home)
        for recorded in interactions:
            if recorded.method in ("PUT", "GET") and replay.kind(recorded) is not None:
                answer = replay.put(recorded) if recorded.method == "PUT" else replay.get(recorded)
                result.setdefault(recorded.type, {})[recorded.source] = answer
    return result


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, list[str]]]:
    need()
    return found(tmp_path_factory.mktemp("replay"))


def accepted() -> dict[tuple[str, str], str]:
    return {(item["type"], item["difference"]): item["reason"] for item in known("answers")}


def test_recorded_puts_are_answered_as_the_service_answered_them(replayed: dict[str, dict[str, list[str]]]) -> None:
    allowed = accepted()
    new = [
        f"{kind} ({source}): {difference}"
        for kind, answers in replayed.items()
        for source, found_here in answers.items()
        for difference in found_here
        if (kind, difference) not in allowed
    ]
    assert new == []


def test_every_accepted_difference_is_still_there_and_has_a_reason(replayed: dict[str, dict[str, list[str]]]) -> None:
    met = {(kind, item) for kind, answers in replayed.items() for here in answers.values() for item in here}
    assert [entry for entry in accepted() if entry not in met] == []
    assert all(len(reason) > 20 for reason in accepted().values())


def test_the_recorded_types_that_are_not_simulated_are_counted(home: Path) -> None:
    need()
    replay = Replay(home)
    puts = [item for interactions in files().values() for item in interactions if item.method == "PUT"]
    without = Counter(item.type for item in puts if replay.kind(item) is None)
    assert dict(without) == known("not_simulated")
    assert without.total() < len(puts)


def test_a_shape_that_changes_is_seen() -> None:
    recorded = Interaction("s", "t", "PUT", "/p", {}, 201, {"Location": "x"}, {"a": {"b": 1, "c": [{"d": "x"}]}})
    assert differences(recorded, 201, {"Location": "y"}, {"a": {"b": 2, "c": [{"d": "z"}]}}) == []
    assert differences(recorded, 200, {}, {"a": {"b": None, "c": [{}], "e": True}}) == [
        "status 201 -> 200", "- header Location", "- a.c[].d", "+ a.e", "a.b: number -> null",
    ]  # fmt: skip
