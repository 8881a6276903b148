"""Request budgets: token buckets per scope, principal and kind of operation. Decides who must wait, and how long.

Bucket sizes and refills are those of Azure docs "Understand how Azure Resource Manager throttles requests"; the providers' own
budgets are those of storage and network (Azure docs: limits pages), and what recorded traffic shows for apps and event hubs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from loom.sim.errors import ArmError

READS, WRITES, DELETES = "reads", "writes", "deletes"


@dataclass(frozen=True, slots=True)
class Size:
    """A bucket: how many tokens it holds and how many come back per simulated second."""

    tokens: float
    refill: float


ARM_SIZES = {READS: Size(250, 25), WRITES: Size(200, 10), DELETES: Size(200, 10)}
GLOBAL_SIZES = {READS: Size(16500, 375), WRITES: Size(12000, 150), DELETES: Size(12000, 150)}
PROVIDER_SIZES: dict[str, dict[str, Size]] = {
    "storage": {"reads": Size(800, 800 / 300), "lists": Size(100, 100 / 300), "writes": Size(1200, 10)},
    "network": {"writes": Size(1000, 1000 / 300)},
    "app": {"writes": Size(800, 800 / 300)},
    "eventhub": {"writes": Size(50, 50 / 60)},
}


@dataclass(slots=True)
class _Bucket:
    level: float
    seen: float


class Throttle:
    """All buckets, filled as they are asked."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, ...], _Bucket] = {}
        self.refused = 0

    def _level(self, key: tuple[str, ...], size: Size, now: float) -> _Bucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(size.tokens, now)
        bucket.level = min(size.tokens, bucket.level + (now - bucket.seen) * size.refill)
        bucket.seen = now
        return bucket

    def arm(self, scope: str, principal: str, operation: str, now: float) -> dict[str, str]:
        """Take one token of ARM's own budget. Returns the headers; raises 429 with the seconds to wait."""
        size = ARM_SIZES[operation]
        bucket = self._level(("arm", scope, principal, operation), size, now)
        shared = self._level(("all", scope, operation), GLOBAL_SIZES[operation], now)
        if bucket.level < 1 or shared.level < 1:
            self.refused += 1
            wait = max(1, math.ceil((1 - bucket.level) / size.refill))
            raise _too_many(
                "SubscriptionRequestsThrottled", f"'{operation}' requests for '{scope}' actor '{principal}'", wait
            )
        bucket.level -= 1
        shared.level -= 1
        where = "subscription" if scope != "tenant" else "tenant"
        return {
            f"x-ms-ratelimit-remaining-{where}-{operation}": str(int(bucket.level)),
            f"x-ms-ratelimit-remaining-{where}-global-{operation}": str(int(shared.level)),
        }

    def provider(self, budget: str, scope: str, operation: str, now: float) -> dict[str, str]:
        """Take one token of a provider's own budget, if it has one for this kind of operation."""
        size = PROVIDER_SIZES.get(budget, {}).get(operation)
        if size is None:
            return {}
        bucket = self._level((budget, scope, operation), size, now)
        if bucket.level < 1:
            self.refused += 1
            wait = max(1, math.ceil((1 - bucket.level) / size.refill))
            code = "TooManyRequests" if budget == "storage" else "ResourceRequestsThrottled"
            raise _too_many(code, f"{operation} of {budget} in '{scope}'", wait)
        bucket.level -= 1
        return {"x-ms-ratelimit-remaining-subscription-resource-requests": str(int(bucket.level))}

    def levels(self, now: float) -> dict[str, float]:
        """How full every bucket is, for people."""
        return {
            "/".join(key): round(
                min(self._size(key).tokens, bucket.level + (now - bucket.seen) * self._size(key).refill), 1
            )
            for key, bucket in self._buckets.items()
        }

    @staticmethod
    def _size(key: tuple[str, ...]) -> Size:
        if key[0] == "arm":
            return ARM_SIZES[key[-1]]
        return GLOBAL_SIZES[key[-1]] if key[0] == "all" else PROVIDER_SIZES[key[0]][key[-1]]

    def reset(self) -> None:
        self._buckets.clear()
        self.refused = 0


def _too_many(code: str, what: str, wait: int) -> ArmError:
    message = (
        f"Number of {what} exceeded. Please try again after '{wait}' seconds after additional tokens are available. "
        "Refer to https://aka.ms/arm-throttling for additional information."
    )
    return ArmError(429, code, message, retry_after=wait)
