"""What the rendering of a policy may know besides its entry: where it stands, and what the names of the spec are in the service."""

from collections.abc import Mapping
from dataclasses import dataclass

from loom.api.admin_plane import Cloud
from loom.api.policies.table import OPERATION, PRODUCT
from loom.errors import Refusal
from loom.plan.backends import host_of
from loom.plan.product.policies.document import Code


@dataclass(frozen=True, slots=True)
class Scope:
    """The place of a document. `where` is its path in the spec, for sentences; `backends` are names to (name in the service, URL, "" where
    Azure reports it); `models` are those of them that are Azure's own models, by id."""

    level: str
    where: str
    tenant: str
    cloud: Cloud
    backends: Mapping[str, tuple[str, str]]
    models: frozenset[str] = frozenset()

    def backend(self, name: str, field: str) -> tuple[str, str]:
        """The name in the service and the address of a backend. Raises `Refusal` for one that the spec does not declare."""
        if name not in self.backends:
            raise Refusal("InvalidSpec", f"{self.where}: {field} {name} is no entry of spec.backends")
        return self.backends[name]

    def host(self, name: str, field: str) -> str:
        """The host of a backend. Raises `Refusal`."""
        return host_of(self.backend(name, field)[1])

    def counter(self, *parts: str) -> Code:
        """An expression that counts for this document alone.

        One key is one counter in the whole service (Azure docs: rate-limit-by-key), and APIs and products of others share it: so
        the key begins with the name of our own API or product, which nobody else has.
        """
        own = {PRODUCT: ("context.Product.Id",), OPERATION: ("context.Api.Id", "context.Operation.Id")}
        return Code(f"@({' + '.join((*own.get(self.level, ('context.Api.Id',)), *parts))})")
