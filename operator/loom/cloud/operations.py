"""Long operations, one look at a time: what an answer says of the operation, and where and when to look next.

The SDKs' own pollers sleep until the end and read `provisioningState` in one spelling only, so the engine could neither go on with
other work nor survive a restart; this reads the same headers in the same order of trust. Styles (Azure docs: "Track asynchronous
Azure operations"; recorded traffic): `Azure-AsyncOperation` (a status document), `Location` (202 until the final answer), or
neither (the resource's own state). An operation's URL is a signed secret: it lives in memory only.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from loom.cloud.answer import Answer, asked_wait
from loom.cloud.errors import classify, error_of, failed_operation, no_answer
from loom.errors import CloudError
from loom.plan.arm_type import ArmType
from loom.plan.values import Json, at

_FAILED = frozenset({"failed", "canceled", "cancelled"})
_GONE = 3  # looks in a row without what was there: one or two may have met a replica that is behind
_STANDS = 60  # looks at a failure that may be older than the deletion: an hour, where the service names no other pause


class Style(StrEnum):
    """Where the operation's state stands."""

    STATUS = "Status"
    LOCATION = "Location"
    RESOURCE = "Resource"


@dataclass(frozen=True, slots=True)
class Watch:
    """Where to look next. `wait` is the service's last word on how long to leave between looks."""

    verb: str
    arm_id: str
    style: Style
    wait: float
    url: str = field(default="", repr=False)
    doubt: CloudError | None = None  # why the resource itself is now asked
    shown: bool = False  # the service has shown the resource since it took the write
    missed: int = 0  # looks in a row that did not find the resource
    failed: int = 0  # looks at a deletion that showed nothing but a failure, perhaps one that the resource had before


@dataclass(frozen=True, slots=True)
class Step:
    """What one answer came to: still under way at `watch`, or done; then `body` is the resource, where the answer held it."""

    watch: Watch | None = None
    body: Mapping[str, Json] | None = None


def begun(answer: Answer, watch: Watch, kind: ArmType, owns: Callable[[str], bool]) -> Step:
    """Reads the answer to a PUT, DELETE or POST; `watch` carries verb, id and the configured wait. Raises CloudError for a failure."""
    watch = replace(watch, wait=_wait(answer, watch))
    status_url = _usable(answer, "Azure-AsyncOperation", owns)
    location = _usable(answer, "Location", owns)
    if watch.verb == "POST":
        return _of_action(answer, watch, location)
    if watch.verb == "DELETE" and answer.status != 202:
        return Step()
    if status_url and answer.status != 204:
        return Step(replace(watch, style=Style.STATUS, url=status_url))
    if answer.status == 202:
        return Step(replace(watch, style=Style.LOCATION, url=location) if location else watch)
    step = _of_resource(answer, watch, kind)
    if step.watch and location:
        # A Location beside a finished body is only the resource's address (recorded: identities, Managed Redis).
        return Step(replace(step.watch, style=Style.LOCATION, url=location))
    return step


def _of_action(answer: Answer, watch: Watch, location: str) -> Step:
    """What an action answers stands nowhere but at `Location`: a status document says only that it is there."""
    if answer.status != 202:
        return Step(body=answer.body if isinstance(answer.body, Mapping) else None)
    if not location:
        raise no_answer("Azure has begun it and does not say where its result will be")
    return Step(replace(watch, style=Style.LOCATION, url=location))


def looked(answer: Answer, watch: Watch, kind: ArmType, owns: Callable[[str], bool]) -> Step:
    """Reads the answer to one look. Raises the operation's own error when it failed, or why it could not be read."""
    watch = replace(watch, wait=_wait(answer, watch))
    if answer.status in (401, 403, 408, 429) or answer.status >= 500:
        raise classify(answer.status, answer.body, wait=asked_wait(answer.headers) or 0.0, arm_id=watch.arm_id)
    match watch.style:
        case Style.RESOURCE:
            return _of_resource(answer, watch, kind)
        case Style.STATUS:
            return _of_status(answer, watch, owns)
        case Style.LOCATION:
            return _of_location(answer, watch, kind, owns)


def _of_status(answer: Answer, watch: Watch, owns: Callable[[str], bool]) -> Step:
    """A status document. 4xx means that the status cannot be read, not that the operation failed: then the resource is asked."""
    if answer.status == 204:
        return Step()
    word = str(answer.body.get("status") or "") if isinstance(answer.body, Mapping) else ""
    if answer.status >= 400 or not word:
        return Step(_ask_resource(answer, watch))
    if word.lower() == "succeeded":
        return Step()
    if word.lower() in _FAILED:
        raise failed_operation(_reported(answer.body), arm_id=watch.arm_id, state=word)
    moved = _usable(answer, "Azure-AsyncOperation", owns)
    return Step(replace(watch, url=moved or watch.url))


def _of_location(answer: Answer, watch: Watch, kind: ArmType, owns: Callable[[str], bool]) -> Step:
    """202 while it runs, then what the synchronous call would have answered, errors included."""
    if answer.status == 202:
        return Step(replace(watch, url=_usable(answer, "Location", owns) or watch.url))
    if watch.verb == "POST" and answer.status < 400:
        return Step(body=answer.body if isinstance(answer.body, Mapping) else None)
    if watch.verb == "DELETE" and answer.status in (200, 204, 404, 410):
        return Step()
    if answer.status in (404, 410) and watch.verb != "POST":
        return Step(_ask_resource(answer, watch))
    if answer.status >= 400:
        raise failed_operation(error_of(answer.body), arm_id=watch.arm_id, state=str(answer.status))
    if isinstance(answer.body, Mapping) and "status" in answer.body and "properties" not in answer.body:
        return _of_status(answer, watch, owns)
    return _of_resource(answer, watch, kind)


def _of_resource(answer: Answer, watch: Watch, kind: ArmType) -> Step:
    """The resource's own state."""
    watch = replace(watch, style=Style.RESOURCE, url="")
    if answer.status in (404, 410):
        return _of_absence(watch)
    if answer.status >= 400:
        raise classify(answer.status, answer.body, arm_id=watch.arm_id)
    body = answer.body if isinstance(answer.body, Mapping) else {}
    state = _state(body)
    if state in _FAILED and watch.verb == "DELETE" and not watch.shown:
        return _of_older_failure(body, watch)
    if state in _FAILED:
        raise failed_operation(_reported(body), arm_id=watch.arm_id, state=state.capitalize())
    watch = replace(watch, shown=True, missed=0)
    if watch.verb == "DELETE":
        return Step(watch)
    busy = bool(state) and state != "succeeded" and state not in _lower(kind.settled_states)
    second = str(at(body, kind.status_path) or "").lower() if kind.status_path else ""
    return Step(watch) if busy or second in _lower(kind.status_busy) else Step(body=body)


def _of_older_failure(body: Mapping[str, Json], watch: Watch) -> Step:
    """It had failed before it was deleted, for all that anybody can see: the deletion is on its way, unless it never ends."""
    if watch.failed >= _STANDS:
        words = "Azure accepted the deletion, and has shown nothing but a failed resource since then."
        raise failed_operation(_reported(body) or {"message": words}, arm_id=watch.arm_id)
    return Step(replace(watch, failed=watch.failed + 1))


def _of_absence(watch: Watch) -> Step:
    """The resource is not to be seen: gone, dropped by the service, or not there yet."""
    if watch.verb == "DELETE":
        return Step()
    # Neither the operation nor the resource is there: API Management ends a failed import so (recorded).
    if watch.doubt:
        raise failed_operation({"message": f"Azure accepted it, and then dropped it: {watch.doubt.message}"})
    watch = replace(watch, missed=watch.missed + 1)
    if watch.shown and watch.missed >= _GONE:
        raise failed_operation(
            {"message": "Azure was at work on it, and it is there no more: somebody has deleted it."}
        )
    return Step(watch)  # accepted a moment ago, and not to be seen everywhere yet


def _state(body: Mapping[str, Json]) -> str:
    """The provisioning state in lower case, "" for none, which means that it is done; API Management also writes a capital P."""
    properties = body.get("properties")
    if not isinstance(properties, Mapping):
        return ""
    return str(properties.get("provisioningState") or properties.get("ProvisioningState") or "").lower()


def _reported(body: Any) -> Mapping[str, Any]:
    """The error inside a status document or a failed resource, wherever it stands; {} when it says nothing."""
    if not isinstance(body, Mapping):
        return {}
    for holder in (body, body.get("properties")):
        if isinstance(holder, Mapping):
            for said in (holder.get("error"), holder.get("provisioningError")):
                if isinstance(said, Mapping):
                    return said
                if isinstance(said, str):
                    return {"message": said}
    return {}


def _ask_resource(answer: Answer, watch: Watch) -> Watch:
    doubt = classify(answer.status, answer.body, arm_id=watch.arm_id) if answer.status >= 400 else None
    return replace(watch, style=Style.RESOURCE, url="", doubt=doubt)


def _usable(answer: Answer, header: str, owns: Callable[[str], bool]) -> str:
    """The URL in a header, "" unless it is absolute and lies at this cloud's Resource Manager."""
    url = answer.headers.get(header) or ""
    return url if url.startswith("https://") and owns(url) else ""


def _wait(answer: Answer, watch: Watch) -> float:
    """The service's word, else its last one, else the configured interval: polls often name none (recorded: container apps)."""
    asked = asked_wait(answer.headers)
    return watch.wait if asked is None else asked


def _lower(names: frozenset[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)
