"""Durations as Kubernetes people write them: "90s", "1h30m". Days are no unit here; they have fields of their own."""

import re
from datetime import timedelta

PATTERN = r"^([0-9]+(ms|s|m|h))+$"

_PART = re.compile(r"([0-9]+)(ms|s|m|h)")
_MILLISECONDS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000}


def parse_duration(text: str) -> timedelta:
    """Read "1h30m" as 90 minutes; ValueError with a sentence when it is not a duration, or a longer one than can be counted."""
    if not re.fullmatch(PATTERN, text):
        raise ValueError(f"{text!r} is not a duration; write a number with ms, s, m or h, such as 90s, 10m or 1h30m")
    total = sum(int(number) * _MILLISECONDS[unit] for number, unit in _PART.findall(text))
    try:
        return timedelta(milliseconds=total)
    except OverflowError:
        raise ValueError(f"{text!r} is longer than any duration can be") from None


def format_duration(duration: timedelta) -> str:
    """Write a duration in the fewest units: 90 minutes are "1h30m"."""
    left = duration // timedelta(milliseconds=1)
    parts = []
    for unit in ("h", "m", "s", "ms"):
        count, left = divmod(left, _MILLISECONDS[unit])
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
