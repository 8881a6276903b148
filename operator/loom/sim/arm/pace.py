"""How soon a client may ask again: `Retry-After` in whole seconds, or `x-ms-retry-after-ms` where time runs so fast that it is less.

Never `Retry-After: 0`: the pollers of azure-core read it as "no header" and fall back to their own interval.
"""

from __future__ import annotations

import math


def retry_headers(seconds: float | None, speed: float) -> dict[str, str]:
    """Headers for a wait of simulated seconds."""
    if seconds is None:
        return {}
    real = seconds / speed
    if real >= 1:
        return {"Retry-After": str(math.ceil(real))}
    return {"x-ms-retry-after-ms": str(max(1, math.ceil(real * 1000)))}
