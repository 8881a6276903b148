"""Is a container app working? `provisioningState: Succeeded` says only that Azure took the request.

Well is an app whose newest revision is the ready one and runs (Azure docs: "Manage revisions", "Troubleshoot container apps");
otherwise the cause is looked for from the revision down to its replicas and containers. Every state is an open word: one that is not
known here is UNKNOWN, never healthy. It reads, and decides nothing about what to do.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from loom.api.reasons import Reason
from loom.engine.ports import Cloud
from loom.plan.checks import AppCheck, Finding, Health
from loom.plan.values import Json, at

_WELL = frozenset({"running", "runningatmaxscale"})
_COMING = frozenset({"activating", "processing", "provisioning", "inprogress", "waiting", "updating", "creating", ""})
_STOPPED = frozenset({"stopped", "suspended", "deprovisioned"})
_BROKEN = frozenset({"failed", "activationfailed", "degraded", "unhealthy", "canceled"})


Verdict = tuple[Health, Reason, str]  # health, reason, and words without the app's name


@dataclass(frozen=True, slots=True)
class Cause:
    """What a text out of Azure's states means, for a person. `words` may name the image. The most telling cause stands first."""

    pattern: str
    reason: Reason
    words: str


CAUSES: tuple[Cause, ...] = (
    Cause(
        r"manifest[_ ]unknown|manifest .*not found|name[_ ]unknown|image .*(not found|does not exist)|repository .*not found",
        Reason.IMAGE_NOT_FOUND,
        "the registry has no image {image}",
    ),
    Cause(
        r"unauthorized|authentication required|\bdenied\b|forbidden|imagepullunauthorized",
        Reason.IMAGE_PULL_DENIED,
        "the registry refuses the app's identity to pull {image}; it needs AcrPull there",
    ),
    Cause(
        r"quota|not enough cores|cores? (limit|exceeded)|allowed cores",
        Reason.QUOTA_EXCEEDED,
        "the environment or the region has no cores left for it",
    ),
    Cause(
        r"crash ?loop|back-?off restarting|terminated with exit|exit ?code [1-9]|persistent failure to start",
        Reason.CRASH_LOOP,
        "a container starts and ends again and again; its log says why",
    ),
    Cause(r"prob(e|ing)\b", Reason.PROBE_FAILING, "it does not answer its health probe"),
    Cause(
        r"scaler|scaledobject|keda", Reason.DEGRADED, "a scale rule does not work; its target or its identity is wrong"
    ),
    Cause(r"pull", Reason.ACTIVATION_FAILED, "the image {image} could not be pulled"),
    Cause(
        r"operation expired|progress ?deadline|\b0/\d+ (of )?replicas|timed? ?out",
        Reason.ACTIVATION_FAILED,
        "no replica became ready in time",
    ),
    Cause(r"\d+/\d+ (of )?replicas", Reason.DEGRADED, "some of its replicas are not ready"),
)


async def examine_app(check: AppCheck, app: Mapping[str, Json], cloud: Cloud) -> Finding:
    """Reads the newest revision, and its replicas if something is amiss. Raises CloudError when they cannot be read."""
    app_id, latest = str(app.get("id") or ""), _text(app, "latestRevisionName")
    if not latest:
        return _finding(check, app, {}, (Health.PENDING, Reason.PROGRESSING, "it has no revision yet"))
    found = await cloud.get(f"{app_id}/revisions/{latest}")
    revision = found.body if found else {}
    verdict = judge(app, revision, (), check.wakeable)
    if verdict[0] is not Health.HEALTHY and revision:
        replicas = [replica.body for replica in await cloud.list(f"{app_id}/revisions/{latest}/replicas")]
        verdict = judge(app, revision, replicas, check.wakeable)
    return _finding(check, app, revision, verdict)


def judge(
    app: Mapping[str, Json], revision: Mapping[str, Json], replicas: Sequence[Mapping[str, Json]], wakeable: bool
) -> Verdict:
    """Health, reason and words out of what was read."""
    image = _image(revision) or _image(app) or "its image"
    if not revision:
        return Health.UNKNOWN, Reason.NOT_MEASURED, "its newest revision is not to be seen"
    cause = _cause(revision, replicas, image)
    error = _text(revision, "provisioningError")
    if error or any(_text(body, "provisioningState").lower() in _BROKEN for body in (app, revision)):
        words = _plain(error) or "Azure could not set it up, and does not say why"
        return cause or (Health.UNHEALTHY, Reason.PROVISIONING_FAILED, words)
    running = _text(revision, "runningState")
    if _text(app, "runningStatus").lower() in _STOPPED or running.lower() in _STOPPED:
        return Health.UNHEALTHY, Reason.IDLE, "it has been stopped; start it"
    if running.lower() in _WELL | {"scaledtozero"} and _text(revision, "healthState").lower() != "unhealthy":
        return cause if cause and replicas else _of_running(app, revision, wakeable)
    if running.lower() in _BROKEN or _text(revision, "healthState").lower() == "unhealthy":
        return cause or _default_cause(running)
    if running.lower() in _COMING:
        return cause or (Health.PENDING, Reason.PROGRESSING, "it is starting")
    return Health.UNKNOWN, Reason.NOT_MEASURED, f"Azure calls its state {running}, which does not say whether it works"


def _of_running(app: Mapping[str, Json], revision: Mapping[str, Json], wakeable: bool) -> Verdict:
    if _text(revision, "runningState").lower() == "scaledtozero":
        if wakeable:
            return Health.HEALTHY, Reason.SUCCEEDED, ""
        words = "it runs no replica and nothing can wake it; give it a minimum of one replica"
        return Health.UNHEALTHY, Reason.IDLE, words
    latest, ready = _text(app, "latestRevisionName"), _text(app, "latestReadyRevisionName")
    if latest != ready:
        before = f"; {ready} still serves" if ready else ""
        return Health.PENDING, Reason.PROGRESSING, f"its newest revision is not ready yet{before}"
    if at(revision, "properties.replicas") == 0 and at(revision, "properties.template.scale.minReplicas"):
        # Seen where an environment has no cores left: the revision stays green (azure-container-apps, issue 649).
        words = "it is called running and has no replica, though it must have one; perhaps the environment's cores are used up"
        return Health.UNHEALTHY, Reason.IDLE, words
    return Health.HEALTHY, Reason.SUCCEEDED, ""


def _default_cause(running: str) -> Verdict:
    if running.lower() == "degraded":
        return Health.UNHEALTHY, Reason.DEGRADED, "some of its replicas are not ready"
    return Health.UNHEALTHY, Reason.ACTIVATION_FAILED, "its newest revision did not start"


def _cause(revision: Mapping[str, Json], replicas: Sequence[Mapping[str, Json]], image: str) -> Verdict | None:
    """The most telling cause that anything names, from the revision down to the containers."""
    told = [text for text in _told(revision, replicas) if text]
    for cause in CAUSES:
        if any(re.search(cause.pattern, text, re.IGNORECASE) for text in told):
            return Health.UNHEALTHY, cause.reason, cause.words.format(image=image)
    return None


def _told(revision: Mapping[str, Json], replicas: Sequence[Mapping[str, Json]]) -> Iterator[str]:
    """Every text that may name a cause. A container that waits after restarts is in a crash loop, whatever Azure calls it."""
    yield _text(revision, "provisioningError")
    yield _text(revision, "runningStateDetails")
    for replica in replicas:
        yield _text(replica, "runningStateDetails")
        for container in [*_list(replica, "initContainers"), *_list(replica, "containers")]:
            yield str(container.get("runningStateDetails") or "")
            restarts = container.get("restartCount")
            if (
                isinstance(restarts, int)
                and restarts > 1
                and str(container.get("runningState")).lower() in ("waiting", "terminated")
            ):
                yield "crash loop"


def _finding(check: AppCheck, app: Mapping[str, Json], revision: Mapping[str, Json], verdict: Verdict) -> Finding:
    health, reason, words = verdict
    replicas = at(revision, "properties.replicas")
    details: list[tuple[str, str | int]] = [
        ("revision", _text(app, "latestRevisionName")),
        ("image", _image(revision) or _image(app)),
    ]
    if isinstance(replicas, int):
        details.append(("replicas", replicas))
    return Finding(
        check.key,
        check.condition,
        health,
        reason,
        words,
        tuple(d for d in details if d[1] != ""),
    )


def _text(body: Mapping[str, Json], name: str) -> str:
    return str(at(body, f"properties.{name}") or "")


def _list(body: Mapping[str, Json], name: str) -> list[Mapping[str, Json]]:
    found = at(body, f"properties.{name}")
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


def _image(body: Mapping[str, Json]) -> str:
    return str(at(body, "properties.template.containers.0.image") or "")


def _plain(text: str) -> str:
    """Azure's own words, on one line and without ids and counts that change from one look to the next."""
    text = re.sub(
        r"(?i)[\[(]?\b(correlation|request|activity|trace|operation)[- ]?id\b['\":=\s]*[0-9a-f-]{16,}[\])]?", "", text
    )
    return " ".join(re.sub(r"\d+/\d+ ", "", text).split())[:500].rstrip(" .,;")
