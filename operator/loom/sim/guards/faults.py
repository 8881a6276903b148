"""Bad days to order: rules that make matching requests fail. Decides which rule strikes; the front carries it out."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import uuid4

Json = dict[str, Any]
KINDS = ("error", "timeout", "stuck", "failLate", "cut")
VERBS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")


@dataclass(slots=True)
class Fault:
    """One rule. It strikes requests whose method, path (a regular expression, anywhere in the path) and type match.

    `when`: `begin` (nothing has happened yet) or `inflight` (it has happened, and the caller does not learn it). `kind`: `error`
    answers `status`, `code`, `message`; `timeout` never answers; `cut` closes the connection; `stuck` accepts a write whose
    operation never ends; `failLate` one whose operation fails at its end. `times`: how often, 0 for always.
    """

    kind: str
    method: str = ""
    path: str = ""
    type: str = ""
    when: str = "begin"
    status: int = 500
    code: str = "InternalServerError"
    message: str = "The server encountered an internal error. Please retry the request."
    retry_after: float | None = None
    times: int = 1
    hits: int = 0
    id: str = field(default_factory=lambda: uuid4().hex[:8])

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"there is no fault {self.kind!r}; there are {', '.join(KINDS)}")
        if unknown := {verb for verb in self.method.upper().split(",") if verb and verb not in VERBS}:
            raise ValueError(
                f"a fault's method is one of {', '.join(VERBS)}, or several with commas between, not {unknown.pop()!r}"
            )
        if not 100 <= self.status <= 599:
            raise ValueError(f"a fault's status is from 100 to 599, not {self.status}")
        if self.times < 0:
            raise ValueError(f"a fault strikes 0 times (always) or more, not {self.times}")
        if self.when not in ("begin", "inflight"):
            raise ValueError(f"a fault strikes at begin or inflight, not {self.when!r}")
        try:
            re.compile(self.path)
        except re.error as error:
            raise ValueError(f"the path {self.path!r} is no regular expression: {error}") from None

    def strikes(self, method: str, path: str, type_name: str) -> bool:
        if self.times and self.hits >= self.times:
            return False
        if self.method and method not in self.method.upper().split(","):
            return False
        if self.type and self.type.lower() != type_name.lower():
            return False
        return not self.path or re.search(self.path, path, re.IGNORECASE) is not None

    def as_json(self) -> Json:
        return asdict(self)


class Faults:
    """The rules in force, the first that matches strikes."""

    def __init__(self) -> None:
        self.rules: list[Fault] = []

    def strike(self, method: str, path: str, type_name: str, kinds: tuple[str, ...], when: str = "") -> Fault | None:
        """The rule that strikes now, counted; `None` when the request is spared."""
        for rule in self.rules:
            if rule.kind in kinds and (not when or rule.when == when) and rule.strikes(method, path, type_name):
                rule.hits += 1
                return rule
        return None
