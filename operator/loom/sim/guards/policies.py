"""Azure Policy, as much as an operator meets: a rule that refuses a write, and one that adds tags behind the writer's back."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from loom.sim.documents import value_at
from loom.sim.errors import ArmError
from loom.sim.ids import ancestors, name_of, subscription_of

Json = dict[str, Any]
EFFECTS = ("deny", "modify")
TESTS = ("exists", "equals", "notEquals", "in", "notIn")


@dataclass(frozen=True, slots=True)
class Policy:
    """One assignment. `types` empty means all; `path` is where in the body; `test` is exists, equals, notEquals, in, notIn.

    Effect `deny` refuses where the test holds (no path: always); `modify` adds `tags` where they are missing.
    """

    name: str
    scope: str = "/"
    effect: str = "deny"
    types: tuple[str, ...] = ()
    path: str = ""
    test: str = "equals"
    value: Any = None
    tags: dict[str, str] = field(default_factory=dict)
    message: str = ""

    def __post_init__(self) -> None:
        if self.effect not in EFFECTS:
            raise ValueError(f"a policy's effect is {' or '.join(EFFECTS)}, not {self.effect!r}")
        if self.test not in TESTS:
            raise ValueError(f"a policy's test is one of {', '.join(TESTS)}, not {self.test!r}")

    def holds(self, type_name: str, resource_id: str, body: Json) -> bool:
        if self.scope.lower().rstrip("/") not in ("", *ancestors(resource_id)):
            return False
        if self.types and type_name.lower() not in {item.lower() for item in self.types}:
            return False
        if not self.path:
            return True
        found = value_at(body, self.path)
        verdicts: dict[str, bool] = {
            "exists": (found is not None) == bool(self.value if self.value is not None else True),
            "equals": bool(found == self.value),
            "notEquals": bool(found != self.value),
            "in": isinstance(self.value, list) and found in self.value,
            "notIn": isinstance(self.value, list) and found not in self.value,
        }
        return verdicts[self.test]

    def as_json(self) -> Json:
        return asdict(self)


def apply(policies: list[Policy], type_name: str, resource_id: str, body: Json) -> Json:
    """The body as the policies leave it. Raises 403 `RequestDisallowedByPolicy` when one denies."""
    for policy in policies:
        if not policy.holds(type_name, resource_id, body):
            continue
        if policy.effect == "modify":
            body = {**body, "tags": {**policy.tags, **(body.get("tags") or {})}}
            continue
        raise _denied(policy, resource_id)
    return body


def _denied(policy: Policy, resource_id: str) -> ArmError:
    scope = policy.scope if policy.scope != "/" else f"/subscriptions/{subscription_of(resource_id)}"
    assignment = f"{scope}/providers/Microsoft.Authorization/policyAssignments/{policy.name}"
    reason = f" Reasons: '{policy.message}'." if policy.message else ""
    message = (
        f"Resource '{name_of(resource_id)}' was disallowed by policy.{reason} Policy identifiers: "
        f'\'[{{"policyAssignment":{{"name":"{policy.name}","id":"{assignment}"}}}}]\'.'
    )
    info = {"policyAssignmentName": policy.name, "policyAssignmentId": assignment, "policyDefinitionEffect": "deny"}
    return ArmError(
        403,
        "RequestDisallowedByPolicy",
        message,
        target=name_of(resource_id),
        additionalInfo=[{"type": "PolicyViolation", "info": info}],
    )
