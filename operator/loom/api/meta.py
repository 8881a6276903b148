"""What every kind's spec shares: the policies of converging and deleting, tags, and references to other objects."""

import re
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from loom.api.schema import Bool, Duration, Labels, Model, ObjectName, Rule, distinct

SHORTEST_INTERVAL, LONGEST_INTERVAL = timedelta(minutes=1), timedelta(hours=24)
DEFAULT_INTERVAL = timedelta(minutes=10)


class Policy(StrEnum):
    """How far the operator goes."""

    MANAGE = "Manage"
    PLAN = "Plan"
    OBSERVE = "Observe"


class DeletionPolicy(StrEnum):
    """What becomes of the resources when the object is deleted."""

    DETACH = "Detach"
    DELETE = "Delete"


class Adoption(StrEnum):
    """What to do with a resource that exists already and carries nobody's marker."""

    REFUSE = "Refuse"
    ADOPT = "Adopt"


class ConsumersFrom(StrEnum):
    """Which namespaces may refer to an object."""

    SAME = "Same"
    ALL = "All"
    SELECTOR = "Selector"


_RESERVED_TAG = re.compile("(?i)^csaloom-io-")
_TAG_NAME = re.compile(r"^[^<>%&\\?/]{1,128}$")

TAG_RULES = (
    Rule(
        field="tags",
        cel=r"!has(self.tags) || self.tags.all(k, size(k) <= 128 && k.matches('^[^<>%&\\\\?/]+$'))",
        message=r"a tag's name has 1 to 128 characters and none of < > % & \ ? /",
        holds=lambda spec: all(_TAG_NAME.match(name) for name in spec.tags),
    ),
    Rule(
        field="tags",
        cel="!has(self.tags) || self.tags.all(k, !k.matches('(?i)^csaloom-io-'))",
        message="tags that begin with csaloom-io- are the operator's own marks; take another name",
        holds=lambda spec: not any(_RESERVED_TAG.match(name) for name in spec.tags),
    ),
)

INTERVAL_RULE = Rule(
    field="interval",
    cel="!has(self.interval) || (duration(self.interval) >= duration('1m') && duration(self.interval) <= duration('24h'))",
    message="interval is between 1m and 24h",
    holds=lambda spec: SHORTEST_INTERVAL <= spec.interval <= LONGEST_INTERVAL,
)

Tags = Annotated[Mapping[str, Annotated[str, Field(max_length=256)]], Field(max_length=20)]


def no_tags() -> Mapping[str, str]:
    """Return the tags of an object that sets none."""
    return {}


class Selector(Model):
    """Chooses namespaces by their labels."""

    match_labels: Labels
    """Labels that a namespace must carry, all of them."""


class Consumers(Model):
    """Which namespaces may refer to this object."""

    rules: ClassVar = (
        Rule(
            field="selector",
            cel="has(self.selector) == (self.from == 'Selector')",
            message="selector is given with from: Selector, and only then",
            holds=lambda c: (c.selector is not None) == (c.from_ is ConsumersFrom.SELECTOR),
        ),
    )

    from_: Annotated[ConsumersFrom, Field(alias="from")]
    """Same: only the object's own namespace. All: every namespace. Selector: those that `selector` chooses."""
    selector: Selector | None = None
    """With from Selector: which namespaces. The object's own namespace may always."""


class AdminPlaneRef(Model):
    """Names an AdminPlane, which lives in no namespace."""

    name: ObjectName
    """The AdminPlane's name."""


class LandingZoneRef(Model):
    """Names a DataLandingZone."""

    name: ObjectName
    """The DataLandingZone's name."""
    namespace: Annotated[str, Field(pattern="^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", max_length=63)] | None = None
    """Its namespace, if another one; the zone's `consumers` must allow that. Omitted: the object's own."""


class CommonSpec(Model):
    """The fields that decide how an object is converged, whatever its kind."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *TAG_RULES,
        INTERVAL_RULE,
        Rule(
            field="approvedPlan",
            cel="!has(self.approvedPlan) || (has(self.policy) && self.policy == 'Plan')",
            message="approvedPlan is obeyed with policy: Plan only; remove it, or set the policy",
            holds=lambda spec: spec.approved_plan is None or spec.policy is Policy.PLAN,
        ),
    )

    policy: Policy = Policy.MANAGE
    """Manage: converge. Plan: compute what would change and show it in status.plan, change nothing. Observe: report
    what exists, compare nothing."""
    approved_plan: Annotated[str, Field(pattern="^sha256:[0-9a-f]{64}$", max_length=71)] | None = None
    """With policy Plan: the hash of the plan to apply, as status.plan.hash shows it. Exactly that plan is applied, once."""
    deletion_policy: DeletionPolicy | None = None
    """What becomes of the resources when this object is deleted. Detach: they stay. Delete: they go, except those that
    hold data (see deleteData). It speaks of this object's own deletion only. Omitted: Detach for a DataLandingZone, Delete
    for every other kind, as what was published must not outlive its object."""
    delete_data: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[^/\s]+(/[^/\s]+)+$", max_length=400)], ...], distinct(at_most=100)
    ] = ()
    """Resources that hold data and may be deleted all the same, each written as status.retained prints it, such as
    storage/saloomfinance1a2b3c4d. Omitted: none, data is never deleted by leaving something out."""
    adoption: Adoption = Adoption.REFUSE
    """What to do with a resource that exists and carries nobody's marker. Refuse: report it. Adopt: mark it and manage it.
    What carries another object's marker is never adopted."""
    suspend: Bool = False
    """True: read and write nothing until it is false again; a deletion then leaves everything in Azure."""
    interval: Duration = DEFAULT_INTERVAL
    """How often drift and health are looked at, 1m to 24h. Under pressure it is stretched; status.effectiveInterval says so."""
    tags: Tags = Field(default_factory=no_tags)
    """Azure tags for everything made for this object, beside those of the admin plane, which they override. Omitted: none."""
