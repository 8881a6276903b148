"""The documents of an API product: out of ConfigMaps, from behind links and of apps, and judged before anybody plans with them.

What is not there is left out. What a link said last serves while it says nothing, and the planner is told.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from loom.api.api_product import ApiProductSpec
from loom.api.api_source import ConfigMapKeyRef, DocumentSource
from loom.kube.key import CONFIG_MAP
from loom.kube.ledger import Reader
from loom.kube.sources import Sources
from loom.kube.turns import Turns
from loom.kube.watch import is_answered
from loom.plan.arm_id import name_of
from loom.plan.backends import host_of
from loom.plan.checks import ranges_for
from loom.plan.context import Context, Link
from loom.plan.grants import passages
from loom.plan.product.judges import JUDGES, OPENAPI, WSDL, Choice, Judge
from loom.plan.product.sources import AppSource, app_sources

_FRESH = 10.0  # seconds; for who waits, a link is read once in the few passes of a change
_EARLY = 0.9  # a pass at the interval comes a little before or after its time


class ApiTexts:
    """Attaches the documents to an object's context. Without `sources` nothing is fetched, as in a preview without network:
    an empty document stands for each."""

    def __init__(self, reader: Reader, sources: Sources | None) -> None:
        self._reader = reader
        self._sources = sources
        self._judging = Turns()

    async def attach(self, spec: ApiProductSpec, context: Context, obj: Mapping[str, Any]) -> Context:
        """The context with every text that can be had. Raises ApiError, and Crowded where its namespace has too many to be judged."""
        documents: dict[str, str] = {}
        links: dict[str, Link] = {}
        older = _age(spec, obj)
        for judge, source in _sources(spec):
            if source.url is not None and source.url not in links:
                links[source.url] = await self._link(source.url, judge, older, context)
            reference = source.config_map_ref
            if reference is None or f"{reference.name}/{reference.key}" in documents:
                continue
            text = await self._entry(context.owner.namespace, reference)
            if text is not None:
                documents[f"{reference.name}/{reference.key}"] = text
        found = replace(context, documents=documents, links=links)
        await self._judge(
            context.owner.namespace,
            ((judge, _text(source, found), source.choice) for judge, source in _sources(spec)),
        )
        return found

    async def attach_apps(
        self, spec: ApiProductSpec, context: Context, obj: Mapping[str, Any], *, ask: bool = True
    ) -> Context:
        """The context with what apps say of themselves, or that nobody is to `ask` them. Raises Refusal where they may not be asked,
        and Crowded as above."""
        said: dict[str, Link] = {}
        for source in app_sources(spec, context):
            unasked = Link(OPENAPI.unread, f"{name_of(source.id)} is not asked before its zone has brought it up")
            said[source.name] = (
                await self._app(source, context, _age(spec, obj)) if ask or not self._sources else unasked
            )
        await self._judge(context.owner.namespace, ((OPENAPI, link.text, ()) for link in said.values()))
        return replace(context, links={**context.links, **said})

    async def _link(self, url: str, judge: Judge, older: float, context: Context) -> Link:
        if self._sources is None:
            return Link(judge.unread, f"{url.partition('?')[0]} is not read offline")
        return await self._sources.link(url, older, ranges_for(host_of(url), passages(context)), xml=judge is WSDL)

    async def _app(self, source: AppSource, context: Context, older: float) -> Link:
        if self._sources is None or context.plane is None:
            return Link(OPENAPI.unread, f"{name_of(source.id)} is not asked offline")
        return await self._sources.app(source, context.plane, context.owner, older)

    async def _entry(self, namespace: str, reference: ConfigMapKeyRef) -> str | None:
        """The text of a ConfigMap's entry, read anew in each pass."""
        config_map = await self._reader.get(CONFIG_MAP, namespace, reference.name)
        text = ((config_map or {}).get("data") or {}).get(reference.key)
        return text if isinstance(text, str) else None

    async def _judge(self, namespace: str, texts: Iterable[tuple[Judge, str, Choice]]) -> None:
        """In a thread, and one at a time: what takes seconds for a large document would stand in the way of everybody's work.

        Nobody waits behind more than one document of a namespace that has many.
        """
        for judge, text, choice in texts:
            if text and not judge.is_learned(text, choice):
                async with self._judging.turn(namespace):
                    await asyncio.to_thread(judge.learn, text, choice)


def _sources(spec: ApiProductSpec) -> Iterator[tuple[Judge, DocumentSource]]:
    """Every source that is a document, with its judge."""
    for api in spec.apis:
        for revision in api.revisions:
            kind, source = next(revision.source.kinds())
            if isinstance(source, DocumentSource):
                yield JUDGES[kind], source


def _text(source: DocumentSource, found: Context) -> str:
    """The text of a source, as far as it was found."""
    reference = source.config_map_ref
    kept = found.documents.get(f"{reference.name}/{reference.key}", "") if reference else ""
    return source.inline or kept or found.links.get(source.url or "", Link()).text


def _age(spec: ApiProductSpec, obj: Mapping[str, Any]) -> float:
    """How many seconds ago something may have been read."""
    return spec.interval.total_seconds() * _EARLY if is_answered(obj) else _FRESH
