"""What was asked of the simulated cloud: counters and the last requests, for tests, benchmarks and people."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import asdict, dataclass
from typing import Any

KEPT = 5000


@dataclass(frozen=True, slots=True)
class Record:
    """One request as it was answered. `at` is simulated seconds, `version` the api-version that was asked for."""

    at: float
    method: str
    path: str
    type: str
    principal: str
    status: int
    code: str = ""
    early: bool = False
    poll: bool = False
    version: str = ""


class Records:
    """Counters since the last reset, and the newest requests."""

    def __init__(self) -> None:
        self.last: deque[Record] = deque(maxlen=KEPT)
        self.reset()

    def reset(self) -> None:
        self.total = 0
        self.early_polls = 0
        self.polls = 0
        self.by_method: Counter[str] = Counter()
        self.by_status: Counter[str] = Counter()
        self.by_principal: Counter[str] = Counter()
        self.by_type: Counter[str] = Counter()
        self.last.clear()

    def add(self, record: Record) -> None:
        self.total += 1
        self.polls += record.poll
        self.early_polls += record.early
        self.by_method[record.method] += 1
        self.by_status[str(record.status)] += 1
        self.by_principal[record.principal] += 1
        self.by_type[f"{record.method} {record.type}"] += 1
        self.last.append(record)

    def as_json(self, last: int = 50) -> dict[str, Any]:
        newest = list(self.last)[-last:] if last else []
        return {
            "total": self.total,
            "reads": self.by_method["GET"] + self.by_method["HEAD"] - self.polls,
            "writes": sum(self.by_method[method] for method in ("PUT", "PATCH", "POST", "DELETE")),
            "polls": self.polls,
            "earlyPolls": self.early_polls,
            "throttled": self.by_status["429"],
            "byMethod": dict(self.by_method),
            "byStatus": dict(self.by_status),
            "byPrincipal": dict(self.by_principal),
            "byType": dict(self.by_type),
            "last": [asdict(record) for record in newest],
        }
