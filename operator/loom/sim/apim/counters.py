"""Rate limits and quotas of subscriptions, counted with the simulator's clock. The counts are saved with the service."""

from __future__ import annotations

from loom.sim.apim.call import Call, refuse
from loom.sim.apim.policy_xml import Element
from loom.sim.arm.pace import retry_headers

COUNTS = "gatewayCounts"


def rate_limit(call: Call, element: Element) -> None:
    """429 when a subscription has called too often since its window opened."""
    calls, period = int(element.attributes["calls"]), float(element.attributes["renewal-period"])
    _refuse_too_many(call, _count(call, element, calls, period, call.world.clock.now()))


def _refuse_too_many(call: Call, left: float | None) -> None:
    if left is not None:
        message = f"Rate limit is exceeded. Try again in {max(1, round(left))} seconds."
        raise refuse(429, message, retry_headers(left, call.world.clock.speed))


def rate_limit_by_key(call: Call, element: Element) -> None:
    """The same for a key of any kind: one counter in the whole service."""
    period = float(element.attributes["renewal-period"])
    left = _counted(
        call,
        f"{element.name} {element.attributes['counter-key']}",
        int(element.attributes["calls"]),
        period,
        call.world.clock.now(),
    )
    _refuse_too_many(call, left)


def quota(call: Call, element: Element) -> None:
    """403 when a subscription has used up its calls; periods are counted from the subscription's beginning."""
    if call.entered.subscription is None:
        return
    period = float(element.attributes["renewal-period"]) or float("inf")
    now, start = call.world.clock.now(), call.entered.subscription.created
    begun = start if period == float("inf") else now - (now - start) % period
    left = _count(call, element, int(element.attributes["calls"]), period, begun)
    if left is not None:
        hours, rest = divmod(round(min(left, 1e9)), 3600)
        message = f"Out of call volume quota. Quota will be replenished in {hours:02}:{rest // 60:02}:{rest % 60:02}."
        raise refuse(403, message, retry_headers(left, call.world.clock.speed) if left < 1e9 else {})


def _count(call: Call, element: Element, allowed: int, period: float, begun: float) -> float | None:
    """Count this call; the seconds until the next one is allowed if it is one too many. A call without a subscription is free."""
    subscription = call.entered.subscription
    if subscription is None:
        return None
    scope = call.entered.product.key if element.name == "quota" and call.entered.product else call.route.api.key
    return _counted(call, f"{element.name} {subscription.key} {scope} {allowed} {period}", allowed, period, begun)


def _counted(call: Call, key: str, allowed: int, period: float, begun: float) -> float | None:
    now = call.world.clock.now()
    counts = call.service.hidden.setdefault(COUNTS, {})
    window = counts.get(key)
    if window is None or now - window["begun"] >= period:
        window = counts[key] = {"begun": begun, "calls": 0}
    if window["calls"] >= allowed:
        return float(window["begun"] + period - now)
    window["calls"] += 1
    return None
