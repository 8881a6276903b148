"""One call to Azure Resource Manager: who makes it, what it costs, and whether the caller may. Decides nothing about the answer."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import jwt

from loom.sim.entra.directory import Principal
from loom.sim.entra.tokens import is_arm_audience
from loom.sim.errors import ArmError
from loom.sim.guards.access import denied
from loom.sim.guards.throttle import DELETES, READS, WRITES
from loom.sim.ids import Target, subscription_of
from loom.sim.kinds import Kind
from loom.sim.wire import Request
from loom.sim.world import World

BUDGETS = {"GET": READS, "HEAD": READS, "PUT": WRITES, "PATCH": WRITES, "POST": WRITES, "DELETE": DELETES}


@dataclass(slots=True)
class Call:
    """A request on its way. `limits` are the headers that say what is left; the rest is for the counters."""

    world: World
    request: Request
    limits: dict[str, str] = field(default_factory=dict)
    caller: Principal | None = None
    type: str = ""
    code: str = ""
    poll: bool = False
    early: bool = False

    @property
    def version(self) -> str:
        return self.request.query.get("api-version", "")

    def authenticate(self) -> Principal:
        """Read the bearer token. Raises 401 in ARM's words."""
        scheme, _, token = self.request.headers.get("authorization", "").partition(" ")
        authority = f"{self.request.base}/{self.world.directory.tenant}"
        challenge = {"WWW-Authenticate": f'Bearer authorization_uri="{authority}", error="invalid_token"'}
        if scheme.lower() != "bearer" or not token:
            message = "Authentication failed. The 'Authorization' header is missing."
            raise ArmError(401, "AuthenticationFailed", message, headers=challenge)
        try:
            bearer = self.world.tokens.read(token)
        except jwt.ExpiredSignatureError:
            moment = time.strftime("%m/%d/%Y %H:%M:%S", time.gmtime())
            message = f"The access token expiry UTC time is earlier than current UTC time '{moment}'."
            raise ArmError(401, "ExpiredAuthenticationToken", message, headers=challenge) from None
        except (jwt.PyJWTError, KeyError):
            message = "The access token is invalid."
            raise ArmError(401, "InvalidAuthenticationToken", message, headers=challenge) from None
        if not is_arm_audience(bearer.audience):
            message = f"The access token has been obtained for wrong audience or resource '{bearer.audience}'."
            raise ArmError(401, "InvalidAuthenticationTokenAudience", message, headers=challenge)
        self.caller = bearer.principal
        return bearer.principal

    def spend(self, caller: Principal) -> None:
        """Take a token of ARM's budget. Raises 429."""
        if self.world.settings.enforce_throttling:
            scope = subscription_of(self.request.path).lower() or "tenant"
            operation = BUDGETS[self.request.method]
            self.limits = self.world.throttle.arm(scope, caller.object_id, operation, self.world.clock.now())

    def spend_at(self, kind: Kind, target: Target) -> None:
        """Take a token of the provider's own budget, if it has one. Raises 429."""
        if not kind.budget or not self.world.settings.enforce_throttling:
            return
        operation = "writes"
        if self.request.method in ("GET", "HEAD"):
            operation = "lists" if kind.budget == "storage" and not target.is_instance else "reads"
        now = self.world.clock.now()
        left = self.world.throttle.provider(kind.budget, subscription_of(target.scope), operation, now)
        if left and self.request.method == "PUT":
            self.limits.clear()  # recorded: a provider's own figure takes the place of ARM's
        self.limits.update(left)

    def authorize(self, caller: Principal, action: str, scope: str) -> None:
        """Raise 403 unless a role allows the action there."""
        if self.world.settings.enforce_access and not self.world.access.allows(caller.object_id, action, scope):
            raise denied(caller.client_id, caller.object_id, action, scope)
