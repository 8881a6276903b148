"""Texts that a gateway takes as they stand: what it would run as code, or look up in the service, is refused with a sentence."""

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

CODE = re.compile(r"@[({]|[{][{]")
"""How a policy expression (`@(`, `@{`) and a named value (`{{`) begin (Azure docs: Policy expressions; Named values)."""

_SENTENCE = "a value is taken literally: it cannot hold @(, @{ or {{, which the gateway would run or look up"
_CEL = "!self.contains('@(') && !self.contains('@{') && !self.contains('{{')"


@dataclass(frozen=True)
class Literal:
    """Refuses a text that is code or a named value, at the API server and here."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Judge the text where there is no API server to do it."""
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Print the rule beside the text's bounds."""
        return {**handler(schema), "x-kubernetes-validations": [{"rule": _CEL, "message": _SENTENCE}]}

    def _check(self, text: str) -> str:
        if CODE.search(text):
            raise ValueError(_SENTENCE)
        return text


def _plain(at_most: int) -> Any:
    return Annotated[str, Field(pattern="^[^\\x00-\\x1f\\x7f]+$", max_length=at_most), Literal()]


PlainText = _plain(200)
ShortText = _plain(64)
HeaderName = Annotated[str, Field(pattern="^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", max_length=100)]
QueryName = Annotated[str, Field(pattern="^[A-Za-z0-9._~$-]+$", max_length=100)]
HttpsUrl = Annotated[str, Field(pattern=r"^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?$", max_length=500)]
