"""How the simulated directory refuses: OAuth's error word, Entra's AADSTS number, a sentence."""

from __future__ import annotations

from uuid import uuid4

from loom.sim.wire import Response


class TokenError(Exception):
    """A refusal as Entra writes it: OAuth error word, AADSTS number, sentence."""

    def __init__(self, status: int, word: str, number: int, says: str) -> None:
        super().__init__(f"AADSTS{number}: {says}")
        self.status, self.word, self.number = status, word, number

    def response(self, stamp: str) -> Response:
        body = {
            "error": self.word,
            "error_description": f"{self} Trace ID: {uuid4()} Correlation ID: {uuid4()} Timestamp: {stamp}",
            "error_codes": [self.number],
            "timestamp": stamp,
            "trace_id": str(uuid4()),
            "correlation_id": str(uuid4()),
            "error_uri": f"https://login.microsoftonline.com/error?code={self.number}",
        }
        return Response(self.status, body)
