"""A request and an answer without any HTTP library, so that the whole cloud can be driven in a test by a function call."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from loom.sim.errors import ArmError

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """One call. `path` is decoded, `query` and `headers` have lower-case keys, `base` is the URL that the caller used."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    base: str = "https://localhost"

    @staticmethod
    def of(method: str, url: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Request:
        """A request from a URL or a path with its query, as tests write it."""
        parts = urlsplit(url)
        query = {key.lower(): value for key, value in parse_qsl(parts.query, keep_blank_values=True)}
        content = b"" if body is None else json.dumps(body).encode()
        lowered = {key.lower(): value for key, value in (headers or {}).items()}
        return Request(method.upper(), unquote(parts.path), query, lowered, content)

    def json(self) -> Json:
        """The body as a JSON object; `{}` when there is none. Raises `ArmError` when it is anything else."""
        if not self.body.strip():
            return {}
        try:
            value = json.loads(self.body)
        except ValueError as error:
            raise ArmError(
                400,
                "InvalidRequestContent",
                f"The request content was invalid and could not be deserialized: '{error}'.",
            ) from None
        if not isinstance(value, dict):
            raise ArmError(400, "InvalidRequestContent", "The request content must be a JSON object.")
        return value


FATES = ("answer", "cut", "hang")


@dataclass(slots=True)
class Response:
    """One answer. `fate` other than `answer` tells the HTTP layer to misbehave: `cut` closes the connection, `hang` is silent."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    fate: str = "answer"
