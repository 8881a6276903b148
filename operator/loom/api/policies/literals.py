"""What values of policies are made of: texts that a gateway takes as they stand, and durations of whole seconds.

What a gateway would run as code, or look up in the service, is refused with a sentence.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from loom.api.durations import parse_duration
from loom.api.schema import Rule, field_of

CODE = re.compile(r"@[({]|[{][{]")
"""How a policy expression (`@(`, `@{`) and a named value (`{{`) begin (Azure docs: Policy expressions; Named values)."""

NO_CODE = "^([^@{]|[{][^@{]|[{]?@+[^@({])+[{]?@*$"
"""The same as a pattern, for texts that are too long for a rule of the API server: it reckons with each at its longest."""

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


def whole_seconds(field: str, least: str, most: str) -> Rule:
    """A duration of whole seconds between two others, such as "1s" and "24h"."""
    here, low, high = f"self.{field}", parse_duration(least), parse_duration(most)
    name = field_of(field)
    return Rule(
        field=field,
        cel=f"!has({here}) || (duration({here}) >= duration('{least}') && duration({here}) <= duration('{most}') "
        f"&& duration({here}).getMilliseconds() % 1000 == 0)",
        message=f"{field} is between {least} and {most}, in whole seconds",
        holds=lambda model: (
            low <= getattr(model, name) <= high and getattr(model, name) % timedelta(seconds=1) == timedelta()
        ),
    )
