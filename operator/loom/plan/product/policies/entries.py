"""From the entries of one level to the statements of its document: each policy in its place, in the author's order."""

from collections.abc import Callable, Sequence
from typing import Any

from loom.api.policies.sections import AnswerPolicy, BackendPolicy, InboundPolicy, Sections
from loom.api.policies.table import Section
from loom.plan.product.policies import callers, limits, messages, models
from loom.plan.product.policies.document import Node
from loom.plan.product.policies.raw import elements
from loom.plan.product.policies.scope import Scope

Write = Callable[[Any, Scope], Node]

_WRITERS: dict[str, Write] = {
    "rate_limit": limits.rate_limit,
    "quota": lambda policy, _: limits.quota(policy),
    "cors": lambda policy, _: callers.cors(policy),
    "ip_filter": lambda policy, _: callers.ip_filter(policy),
    "validate_jwt": callers.validate_jwt,
    "validate_entra_token": callers.validate_entra_token,
    "validate_client_certificate": lambda policy, _: callers.validate_client_certificate(policy),
    "cache": lambda policy, _: messages.cache_lookup(policy),
    "set_header": lambda policy, _: messages.set_header(policy),
    "rewrite_uri": lambda policy, _: messages.rewrite_uri(policy),
    "mock": lambda policy, _: messages.mock(policy),
    "retry": lambda policy, _: messages.retry(policy),
    "token_limit": limits.token_limit,
    "content_safety": models.content_safety,
    "semantic_cache": models.semantic_cache_lookup,
    "emit_token_metric": lambda policy, _: models.emit_token_metric(policy),
}


def statements(policies: Sections | None, scope: Scope) -> dict[Section, list[Node]]:
    """The nodes of each section. Raises `Refusal` for what cannot be."""
    if policies is None:
        return {section: [] for section in Section}
    made = {
        Section.INBOUND: _written(policies.inbound, scope, Section.INBOUND),
        Section.BACKEND: _written(policies.backend, scope, Section.BACKEND),
        Section.OUTBOUND: _written(policies.outbound, scope, Section.OUTBOUND),
        Section.ON_ERROR: _written(policies.on_error, scope, Section.ON_ERROR),
    }
    # What is kept is the answer as callers get it, so that it is stored last.
    made[Section.OUTBOUND] += [
        store
        for entry in policies.inbound
        for store in (
            *((messages.cache_store(entry.cache),) if entry.cache else ()),
            *((models.semantic_cache_store(entry.semantic_cache),) if entry.semantic_cache else ()),
        )
    ]
    return made


def _written(
    entries: Sequence[InboundPolicy | BackendPolicy | AnswerPolicy], scope: Scope, section: Section
) -> list[Node]:
    nodes: list[Node] = []
    for entry in entries:
        if entry.xml is not None:
            nodes += elements(entry.xml, section, f"{scope.where}.{section}")
            continue
        ((field, policy),) = ((name, value) for name, value in entry if value is not None)
        nodes.append(_WRITERS[field](policy, scope))
    return nodes
