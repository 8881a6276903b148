"""The engine's clock, from the system's."""

import time
from datetime import UTC, datetime


class SystemClock:
    """Monotonic seconds, and the moment in words."""

    def now(self) -> float:
        """Monotonic seconds."""
        return time.monotonic()

    def today(self) -> str:
        """The moment as RFC 3339 in UTC with seconds."""
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
