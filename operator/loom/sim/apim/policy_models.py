"""Policies in front of language models: limits of tokens, content safety, metrics."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from loom.sim.apim import pools, upstream
from loom.sim.apim.call import Call, refuse
from loom.sim.apim.policy_xml import Element
from loom.sim.apim.prompts import counted, prompt_of, tokens_of
from loom.sim.arm.pace import retry_headers

Json = dict[str, Any]
SPENT = "gatewayTokens"
MINUTE = 60.0
TOO_MANY = 429
PERIODS = {"Hourly": 3600.0, "Daily": 86400.0, "Weekly": 604800.0, "Monthly": 2592000.0, "Yearly": 31536000.0}
"""In seconds; months have 30 days here, years 365."""
SEVERITY = 6
"""How harmful a prompt is that names a category: the simulated Content Safety knows no finer."""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many tokens in a period (in seconds); more are answered with the status."""

    tokens: int
    period: float
    status: int


def token_limit(call: Call, element: Element) -> None:
    """429 for too many tokens in a minute, 403 for too many in a period; what the answer says is added once it is there."""
    settings = sorted(f"{name}={value}" for name, value in element.attributes.items())
    asked = tokens_of(prompt_of(call)) if element.attributes.get("estimate-prompt-tokens") == "true" else 0
    for limit in _limits(element):
        key = f"{limit.status}|{'|'.join(settings)}"
        _refuse_beyond(call, _window(call, key, limit.period), limit, asked)
        call.after.append(partial(_spend, key=key, period=limit.period))


def _limits(element: Element) -> list[Limit]:
    known = element.attributes
    found = [Limit(int(known["tokens-per-minute"]), MINUTE, TOO_MANY)] if "tokens-per-minute" in known else []
    if "token-quota" in known:
        found.append(Limit(int(known["token-quota"]), PERIODS[known["token-quota-period"]], 403))
    return found


def _window(call: Call, key: str, period: float) -> Json:
    now = call.world.clock.now()
    windows = call.service.hidden.setdefault(SPENT, {})
    window = windows.get(key)
    if window is None or now - window["begun"] >= period:
        window = windows[key] = {"begun": now - now % period if period > MINUTE else now, "tokens": 0}
    found: Json = window
    return found


def _refuse_beyond(call: Call, window: Json, limit: Limit, asked: int) -> None:
    """What is estimated may fill a limit to the brim; without an estimate the call that goes beyond is let through."""
    if window["tokens"] + max(asked, 1) <= limit.tokens:
        return
    left = window["begun"] + limit.period - call.world.clock.now()
    what = "limit" if limit.status == TOO_MANY else "quota"
    message = f"Token {what} is exceeded. Try again in {max(1, round(left))} seconds."
    raise refuse(limit.status, message, retry_headers(left, call.world.clock.speed))


def _spend(call: Call, key: str, period: float) -> None:
    _window(call, key, period)["tokens"] += counted(call.body)


def content_safety(call: Call, element: Element) -> None:
    """403 for a prompt that names a category whose threshold is not above the severity; its backend must be there."""
    pools.find(call, element.attributes["backend-id"])
    prompt = prompt_of(call).lower()
    for category in element.child("categories") or ():
        if category.attributes["name"].lower() in prompt and int(category.attributes["threshold"]) <= SEVERITY:
            raise refuse(403, "Request failed content safety check.")


def metric(call: Call, element: Element) -> None:
    """Metrics leave no trace in an answer."""


def forward(call: Call, element: Element) -> None:
    """`forward-request`."""
    upstream.call_backend(call)
