"""A request as the budgets see it: who asks, where, and what kind of operation it is. Read off method and path, decides nothing."""

from dataclasses import dataclass

from loom.cloud.budgets import DELETES, READS, WRITES

_OPERATIONS = {"GET": READS, "HEAD": READS, "DELETE": DELETES}  # any other method writes, POST to read keys included


@dataclass(frozen=True, slots=True)
class Caller:
    """On whose behalf a request is made. `urgent`: a person waits for it; drift checks are not.

    `cascade`: what is deleted may take along what others attached to it (the subscriptions of a product). `owner`: the object's mark.
    """

    principal: str
    namespace: str
    urgent: bool = False
    cascade: bool = False
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request as the budgets see it."""

    caller: Caller
    subscription: str  # "" for a request of the whole tenant
    operation: str
    provider: str
    lists: bool = False
    top: bool = True  # a resource that no other resource of its provider contains
    path: str = ""  # in the one form that paths are compared in

    @property
    def place(self) -> tuple[str, str]:
        """What is asked, and as whom: the same for all pages of a list."""
        return self.caller.principal, self.path

    @staticmethod
    def of(caller: Caller, method: str, path: str) -> "Ask":
        """Reads a request's method and path."""
        path = path.strip("/").lower()
        parts = path.split("/")
        subscription = parts[1] if len(parts) > 1 and parts[0] == "subscriptions" else ""
        operation = _OPERATIONS.get(method, WRITES)
        if "providers" not in parts:
            return Ask(caller, subscription, operation, "microsoft.resources", len(parts) % 2 == 1, path=path)
        tail = parts[len(parts) - parts[::-1].index("providers") :]
        return Ask(caller, subscription, operation, tail[0] if tail else "", len(tail) % 2 == 0, len(tail) <= 3, path)
