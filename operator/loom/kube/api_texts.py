"""The documents of an API product: out of ConfigMaps, from behind links, and judged before anybody plans with them.

What is not there becomes a refusal. What a link said last serves while it says nothing, and the planner is told.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol

from loom.api.api_product import ApiProductSpec
from loom.api.api_source import ConfigMapKeyRef, OpenApiSource
from loom.errors import Refusal
from loom.kube.key import CONFIG_MAP
from loom.kube.ledger import Reader
from loom.kube.watch import is_answered
from loom.plan.backends import host_of
from loom.plan.checks import ranges_for
from loom.plan.context import Context, Link
from loom.plan.grants import passages
from loom.plan.product import openapi

_FRESH = 10.0  # seconds; for who waits, a link is read once in the few passes of a change
_EARLY = 0.9  # a pass at the interval comes a little before or after its time


class Links(Protocol):
    """Reads documents behind links (`loom.health.links`)."""

    async def read(self, url: str, older: float, ranges: tuple[str, ...] = ()) -> Link:
        """What a link says, read anew when it was last read more than `older` seconds ago. Never raises.

        `ranges`: private addresses that it may lead to, beside those that the configuration allows everybody.
        """


class ApiTexts:
    """Attaches the documents to an object's context. Without `links` nothing is fetched, as in a preview without network."""

    def __init__(self, reader: Reader, links: Links | None) -> None:
        self._reader = reader
        self._links = links
        self._judging = asyncio.Lock()

    async def attach(
        self, spec: ApiProductSpec, context: Context, obj: Mapping[str, Any]
    ) -> tuple[Context, list[Refusal]]:
        """The context with every text that can be had, and a refusal for each that cannot. Raises ApiError."""
        refusals: list[Refusal] = []
        documents: dict[str, str] = {}
        links: dict[str, Link] = {}
        older = spec.interval.total_seconds() * _EARLY if is_answered(obj) else _FRESH
        for name, source in _sources(spec):
            if source.url is not None and source.url not in links:
                links[source.url] = await self._link(source.url, older, context)
            reference = source.config_map_ref
            if reference is None or f"{reference.name}/{reference.key}" in documents:
                continue
            text = await self._entry(context.owner.namespace, reference)
            if text is None:
                refusals.append(Refusal("ReferenceNotFound", _missing(reference, name), wait=True))
            else:
                documents[f"{reference.name}/{reference.key}"] = text
        found = replace(context, documents=documents, links=links)
        await self._judge(found, spec)
        return found, refusals

    async def _link(self, url: str, older: float, context: Context) -> Link:
        if self._links is None:
            return Link(problem=f"{url.partition('?')[0]} is not read offline")
        return await self._links.read(url, older, ranges_for(host_of(url), passages(context)))

    async def _entry(self, namespace: str, reference: ConfigMapKeyRef) -> str | None:
        """The text of a ConfigMap's entry, read anew in each pass."""
        config_map = await self._reader.get(CONFIG_MAP, namespace, reference.name)
        text = ((config_map or {}).get("data") or {}).get(reference.key)
        return text if isinstance(text, str) else None

    async def _judge(self, context: Context, spec: ApiProductSpec) -> None:
        """In a thread, and one at a time: what takes seconds for a large document would stand in the way of everybody's work."""
        inline = (source.inline or "" for _, source in _sources(spec))
        for text in (*context.documents.values(), *(link.text for link in context.links.values()), *inline):
            if text and not openapi.is_learned(text):
                async with self._judging:
                    await asyncio.to_thread(openapi.learn, text)


def _sources(spec: ApiProductSpec) -> Iterator[tuple[str, OpenApiSource]]:
    """Every source, with the name of its API."""
    for api in spec.apis:
        yield from ((api.name, revision.source.openapi) for revision in api.revisions)


def _missing(reference: ConfigMapKeyRef, api: str) -> str:
    return f"ConfigMap {reference.name} is not there, or has no entry {reference.key}; API {api} needs it."
