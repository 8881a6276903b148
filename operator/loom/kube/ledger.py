"""The account of a plane's address pools: which zone has which range. It stands in the plane's status, under its resourceVersion.

It is kept as it is told; what is free, and who may have it, is decided elsewhere (`loom.plan.addresses`, `loom.kube.allotment`).
"""

from collections.abc import Mapping
from typing import Any, Protocol

from loom.engine.ports import Conflict
from loom.kube.client import KubeClient
from loom.kube.key import ADMIN_PLANE, RESOURCES, Key, Resource
from loom.kube.status import StatusWriter
from loom.kube.watch import Watch
from loom.kube.writing import Writing
from loom.plan.addresses import is_range

Account = Mapping[str, str]
"""Ranges by zone, as `<namespace>/<name>`."""


class Reader(Protocol):
    """Reads single objects: the API server's client, or files over it."""

    @property
    def absence(self) -> str:
        """What it means that an object is not found, in words that follow its name."""

    async def get(self, resource: Resource, namespace: str, name: str) -> dict[str, Any] | None:
        """The object, or None where there is none. Raises ApiError."""


class Ledger(Protocol):
    """Where the accounts of planes are kept."""

    async def read(self, plane: str) -> Account:
        """A plane's account. Raises ApiError."""

    async def record(self, plane: str, account: Account) -> None:
        """Keep a plane's account. Raises Conflict when it changed meanwhile (it is known anew then), ApiError."""


class StatusLedger:
    """Keeps the accounts in `status.allocations` of the planes."""

    def __init__(self, client: KubeClient, watch: Watch, status: StatusWriter) -> None:
        self._client = client
        self._watch = watch
        self._status = status

    async def read(self, plane: str) -> Account:
        """What the status of the plane says, our own last write included."""
        return account_of(await _plane(self._watch, self._client, plane))

    async def record(self, plane: str, account: Account) -> None:
        """Write the account at once, over what was read of the plane."""
        key = Key(ADMIN_PLANE, "", plane)
        obj = await _plane(self._watch, self._client, plane)
        if not obj:
            raise Conflict(f"{key} is gone")
        status = {**(obj.get("status") or {}), "allocations": rows_of(account)}
        try:
            await Writing(self._client, self._watch, self._status, key, obj).write(status)
        except Conflict:
            newer = await self._client.get(RESOURCES[key.kind], "", plane)
            if newer is not None:
                self._watch.seen(key, newer)
            raise


class PaperLedger:
    """Keeps the accounts of a preview: begins with what the planes' statuses say, and writes nothing. `entered` is what came."""

    def __init__(self, watch: Watch, reader: Reader) -> None:
        self._watch = watch
        self._reader = reader
        self.entered: dict[str, dict[str, str]] = {}

    async def read(self, plane: str) -> Account:
        """What the status says, if there is one, and what this preview has entered."""
        return {**account_of(await _plane(self._watch, self._reader, plane)), **self.entered.get(plane, {})}

    async def record(self, plane: str, account: Account) -> None:
        """Remember it for the rest of the preview."""
        before = await self.read(plane)
        new = {zone: cidr for zone, cidr in account.items() if before.get(zone) != cidr}
        self.entered.setdefault(plane, {}).update(new)


async def _plane(watch: Watch, reader: Reader, name: str) -> dict[str, Any]:
    """The plane as it is stored, as new as anybody here knows it; {} where there is none."""
    return watch.cache.get(Key(ADMIN_PLANE, "", name)) or await reader.get(RESOURCES[ADMIN_PLANE], "", name) or {}


def account_of(plane: Mapping[str, Any]) -> dict[str, str]:
    """The account in a plane as it is stored. An entry that is none, as somebody may have written one, is a lost one."""
    rows = (plane.get("status") or {}).get("allocations") or ()
    return {row["zone"]: row["cidr"] for row in rows if _names_a_zone(row.get("zone")) and is_range(row.get("cidr"))}


def _names_a_zone(text: object) -> bool:
    namespace, _, name = str(text or "").partition("/")
    return bool(namespace and name)


def rows_of(account: Account) -> list[dict[str, str]]:
    """The account as the status holds it."""
    return [{"cidr": cidr, "zone": zone} for zone, cidr in sorted(account.items())]
