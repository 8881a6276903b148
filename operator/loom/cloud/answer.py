"""What came back over the wire, whatever SDK carried it: status, headers and plain JSON, and how long the service asks to wait."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import time
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer. `body` is None where there was none, or none that is JSON. Header names compare without case."""

    method: str
    url: str
    status: int
    headers: Mapping[str, str]
    body: Any = None

    @property
    def etag(self) -> str:
        """The resource's version, from the header or else the body (API Management gives both, storage only one)."""
        inside = self.body.get("etag") if isinstance(self.body, Mapping) else None
        return str(self.headers.get("ETag") or inside or "")


def answer_of(response: Any) -> Answer:
    """Reads an SDK's HTTP response, or a pipeline response around one, whose body was read before."""
    http = getattr(response, "http_response", response)
    content = http.content
    body = None
    if content:
        try:
            body = json.loads(content)
        except ValueError:
            body = None
    return Answer(http.request.method, str(http.request.url), http.status_code, http.headers, body)


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """The seconds that the service asks to wait, None where it names none.

    `Retry-After` is whole seconds or a date; the `-ms` forms are milliseconds, as azure-core reads them too, and win.
    """
    for name in ("retry-after-ms", "x-ms-retry-after-ms"):
        if name in headers:
            return _number(headers[name], 1000.0)
    if "Retry-After" not in headers:
        return None
    text = headers["Retry-After"]
    seconds = _number(text)
    if seconds is not None:
        return seconds
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time())
    except ValueError:
        return None


def _number(text: str, divisor: float = 1.0) -> float | None:
    try:
        return max(0.0, float(text) / divisor)
    except ValueError:
        return None
