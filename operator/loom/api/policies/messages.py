"""What becomes of a call and of its answer: headers, addresses, answers kept for a while, another try, an answer made up."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from loom.api.policies.literals import HeaderName, Literal, PlainText, QueryName, whole_seconds
from loom.api.schema import Bool, Duration, Int, Model, Rule, distinct, listed


class HeaderAction(StrEnum):
    """What to do where the header is there already."""

    OVERRIDE = "Override"
    SKIP = "Skip"
    APPEND = "Append"
    DELETE = "Delete"


class SetHeader(Model):
    """Sets a header of the request (inbound) or of the answer (outbound, onError)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            field="values",
            cel="has(self.values) == !(has(self.action) && self.action == 'Delete')",
            message="values are given unless action is Delete, and then not",
            holds=lambda header: bool(header.values) == (header.action is not HeaderAction.DELETE),
        ),
        Rule(
            field="name",
            cel="self.name.lowerAscii() != 'host'",
            message="the header Host stays the backend's: behind an address that apps share it would choose one that no grant covers",
            holds=lambda header: header.name.lower() != "host",
        ),
    )

    name: HeaderName
    """The header's name."""
    action: HeaderAction = HeaderAction.OVERRIDE
    """What to do where it is there already. Override: replace it. Skip: leave it. Append: add to it. Delete: take it away."""
    values: Annotated[tuple[PlainText, ...], listed(at_most=2, at_least=1)] | None = None
    """Its values. Omitted: with action Delete only."""


class RewriteUri(Model):
    """Asks the backend for another path."""

    template: Annotated[str, Field(pattern=r"^/[A-Za-z0-9._~/{}?=&*-]*$", max_length=500), Literal()]
    """The path and query for the backend; it may name the operation's own parameters, as in /v2/orders/{id}."""
    copy_unmatched_parameters: Bool = True
    """True: query parameters that the operation does not declare go along."""


class Cache(Model):
    """Answers to GET are kept in the service's own cache and given to the next caller."""

    rules: ClassVar[tuple[Rule, ...]] = (whole_seconds("duration", "1s", "24h"),)

    duration: Duration
    """How long an answer is kept, 1s to 24h."""
    vary_by_headers: Annotated[tuple[HeaderName, ...], distinct(at_most=10)] = ()
    """Headers of the request for whose values answers are kept apart. Omitted: none."""
    vary_by_query_parameters: Annotated[tuple[QueryName, ...], distinct(at_most=20)] = ()
    """Query parameters for whose values answers are kept apart. Omitted: all of them."""
    per_developer: Bool = False
    """True: what one developer was answered, no other one gets."""


class Retry(Model):
    """Asks the backend again where it answers with one of some statuses."""

    rules: ClassVar[tuple[Rule, ...]] = (whole_seconds("interval", "0s", "60s"),)

    statuses: Annotated[tuple[Annotated[Int, Field(ge=400, le=599)], ...], distinct(at_most=10, at_least=1)]
    """The statuses, such as 429 and 503."""
    count: Annotated[Int, Field(ge=1, le=10)]
    """How many times it is asked again."""
    interval: Duration = timedelta(seconds=1)
    """How long to wait before each time, 0s to 60s."""
    first_fast: Bool = False
    """True: the first time is at once."""


class Mock(Model):
    """Answers with the example or the schema of the document, and asks no backend."""

    status: Annotated[Int, Field(ge=100, le=599)] = 200
    """The status of the answer."""
    content_type: Annotated[str, Field(pattern=r"^[A-Za-z0-9.+-]+/[A-Za-z0-9.+*-]+$", max_length=100)] | None = None
    """The type of the answer. Omitted: the first that the operation declares."""
