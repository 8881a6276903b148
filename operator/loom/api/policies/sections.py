"""Policies by section and level: what an entry may be, and which rules a whole document keeps."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any, ClassVar

from pydantic import Field

from loom.api.policies.callers import Cors, IpFilter, ValidateClientCertificate, ValidateEntraToken, ValidateJwt
from loom.api.policies.limits import Per, Quota, RateLimit, TokenLimit
from loom.api.policies.literals import NO_CODE, PlainText
from loom.api.policies.messages import Cache, Mock, Retry, RewriteUri, SetHeader
from loom.api.policies.models import ContentSafety, EmitTokenMetric, SemanticCache
from loom.api.policies.table import (
    API,
    OPERATION,
    POLICIES,
    PRODUCT,
    RAW,
    Row,
    Section,
    fields_beyond,
    fields_of,
    levels_of,
)
from loom.api.schema import Model, Rule, field_of, listed, named

RawXml = Annotated[str, Field(pattern=NO_CODE, max_length=4096)]


def _one_policy(section: Section) -> Rule:
    fields = (*fields_of(section), RAW)
    return Rule(
        cel=f"[{', '.join(f'has(self.{field})' for field in fields)}].filter(given, given).size() == 1",
        message="an entry is exactly one policy; give every other one an entry of its own",
        holds=lambda entry: sum(getattr(entry, field_of(field)) is not None for field in fields) == 1,
    )


class InboundPolicy(Model):
    """One policy for requests on their way in."""

    rules: ClassVar[tuple[Rule, ...]] = (_one_policy(Section.INBOUND),)

    rate_limit: RateLimit | None = None
    """One of the entry's policies: at most so many calls in a short time."""
    quota: Quota | None = None
    """One of the entry's policies: at most so many calls in a long time. On products only."""
    cors: Cors | None = None
    """One of the entry's policies: which pages of other origins may call."""
    ip_filter: IpFilter | None = None
    """One of the entry's policies: from which addresses calls may come."""
    validate_jwt: ValidateJwt | None = None
    """One of the entry's policies: a token of an OpenID Connect provider is needed."""
    validate_entra_token: ValidateEntraToken | None = None
    """One of the entry's policies: a token of Microsoft Entra ID is needed."""
    validate_client_certificate: ValidateClientCertificate | None = None
    """One of the entry's policies: a client certificate is needed."""
    cache: Cache | None = None
    """One of the entry's policies: answers are kept for a while."""
    set_header: SetHeader | None = None
    """One of the entry's policies: sets a header of the request."""
    rewrite_uri: RewriteUri | None = None
    """One of the entry's policies: asks the backend for another path."""
    mock: Mock | None = None
    """One of the entry's policies: answers without a backend."""
    token_limit: TokenLimit | None = None
    """One of the entry's policies: at most so many tokens of a model."""
    content_safety: ContentSafety | None = None
    """One of the entry's policies: harmful prompts are refused. Not on single operations."""
    semantic_cache: SemanticCache | None = None
    """One of the entry's policies: similar prompts get the same answer."""
    emit_token_metric: EmitTokenMetric | None = None
    """One of the entry's policies: tokens are counted in metrics."""
    xml: RawXml | None = None
    """One of the entry's policies: policy elements as text, where the namespace's grant has rawPolicies."""


class BackendPolicy(Model):
    """How the backend is asked."""

    rules: ClassVar[tuple[Rule, ...]] = (_one_policy(Section.BACKEND),)

    retry: Retry | None = None
    """One of the entry's policies: asks again where the backend fails. It stands for the section's base."""
    xml: RawXml | None = None
    """One of the entry's policies: a policy element as text, where the namespace's grant has rawPolicies."""


class AnswerPolicy(Model):
    """One policy for answers on their way out, or for errors."""

    rules: ClassVar[tuple[Rule, ...]] = (_one_policy(Section.OUTBOUND),)

    set_header: SetHeader | None = None
    """One of the entry's policies: sets a header of the answer."""
    xml: RawXml | None = None
    """One of the entry's policies: policy elements as text, where the namespace's grant has rawPolicies."""


def _of_level(level: str) -> Iterator[Rule]:
    for field in fields_beyond(level):
        where = " and ".join(f"{'an ' if name[0] in 'ao' else 'a '}{name}" for name in levels_of(field))
        yield _count(
            field, 0, f"{field} does not exist here; declare it in the policies of {where.replace(' api', ' API')}"
        )
    yield from (_count(row.field, 1, f"inbound holds {row.field} at most once") for row in _once_of(level))
    yield Rule(
        field="inbound",
        cel="!has(self.inbound) || self.inbound.filter(p, has(p.rateLimit) && (!has(p.rateLimit.per) || "
        "p.rateLimit.per == 'Subscription')).size() <= 1",
        message="inbound holds at most one rateLimit per: Subscription",
        holds=lambda policies: sum(map(_counts_by_key, policies.inbound)) <= 1,
    )
    yield Rule(
        cel="has(self.inbound) || has(self.backend) || has(self.outbound) || has(self.onError)",
        message="give at least one of inbound, backend, outbound and onError",
        holds=lambda p: bool(p.inbound or p.backend or p.outbound or p.on_error),
    )


def _once_of(level: str) -> Iterator[Row]:
    rows = (row for row in POLICIES if row.once and level in row.levels and Section.INBOUND in row.sections)
    # A rate limit may stand more than once, counted by something else.
    return (row for row in rows if row.field != "rateLimit")


def _count(field: str, at_most: int, message: str) -> Rule:
    name = field_of(field)
    given: Callable[[Any], int] = lambda policies: sum(getattr(p, name) is not None for p in policies.inbound)  # noqa: E731
    return Rule(
        field="inbound",
        cel=f"!has(self.inbound) || self.inbound.filter(p, has(p.{field})).size() <= {at_most}",
        message=message,
        holds=lambda policies: given(policies) <= at_most,
    )


def _counts_by_key(policy: InboundPolicy) -> bool:
    return policy.rate_limit is not None and policy.rate_limit.per is Per.SUBSCRIPTION


Inbound = Annotated[tuple[InboundPolicy, ...], listed(at_most=16, at_least=1)]
Backend = Annotated[tuple[BackendPolicy, ...], listed(at_most=1, at_least=1)]
Answers = Annotated[tuple[AnswerPolicy, ...], listed(at_most=8, at_least=1)]


class Sections(Model):
    """The policies of one level, by section; each section begins with what the levels above it say."""

    inbound: Inbound = ()
    """Policies for requests on their way in, in this order. Omitted: those of the levels above."""
    backend: Backend = ()
    """How the backend is asked: one policy. Omitted: as the levels above say."""
    outbound: Answers = ()
    """Policies for answers on their way out, in this order. Omitted: those of the levels above."""
    on_error: Answers = ()
    """Policies for calls that failed, in this order. Omitted: those of the levels above."""

    @property
    def has_xml(self) -> bool:
        """Is any entry, in any section, a text?"""
        entries = (
            *(entry.xml for entry in self.inbound),
            *(entry.xml for entry in self.backend),
            *(entry.xml for entry in (*self.outbound, *self.on_error)),
        )
        return any(xml is not None for xml in entries)


class ProductPolicies(Sections):
    """The policies of a product."""

    rules: ClassVar[tuple[Rule, ...]] = tuple(_of_level(PRODUCT))


class ApiPolicies(Sections):
    """The policies of an API."""

    rules: ClassVar[tuple[Rule, ...]] = tuple(_of_level(API))


class OperationPolicies(Sections):
    """The policies of a single operation. Its lists are shorter: the API server reckons with every operation at its longest."""

    rules: ClassVar[tuple[Rule, ...]] = tuple(_of_level(OPERATION))

    inbound: Annotated[tuple[InboundPolicy, ...], listed(at_most=8, at_least=1)] = ()
    """Policies for requests on their way in, in this order. Omitted: those of the levels above."""
    outbound: Annotated[tuple[AnswerPolicy, ...], listed(at_most=4, at_least=1)] = ()
    """Policies for answers on their way out, in this order. Omitted: those of the levels above."""
    on_error: Annotated[tuple[AnswerPolicy, ...], listed(at_most=4, at_least=1)] = ()
    """Policies for calls that failed, in this order. Omitted: those of the levels above."""


class Operation(Model):
    """An operation of an API with policies of its own."""

    name: PlainText
    """The operation's operationId in the document."""
    policies: OperationPolicies
    """Policies for this operation alone."""


Operations = Annotated[tuple[Operation, ...], named(at_most=40)]
