"""What every kind's status shares. These shapes are what the operator promises to write; nothing here decides what."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from loom.api.schema import OWNED_WHOLE, Int, StatusModel, listed, named

Word = Annotated[str, Field(max_length=256)]
Message = Annotated[str, Field(max_length=1024)]
ResourceId = Annotated[str, Field(max_length=1024)]
Time = Annotated[str, Field(max_length=40, json_schema_extra={"format": "date-time"})]


class ConditionStatus(StrEnum):
    """Whether a condition holds."""

    TRUE = "True"
    FALSE = "False"
    UNKNOWN = "Unknown"


class Condition(StatusModel):
    """One thing that is so, is not so, or is not known."""

    type: Annotated[str, Field(max_length=316)]
    """What it speaks of, such as Ready. The types of each kind are listed in its manual page."""
    status: ConditionStatus
    """Whether it holds: True, False, or Unknown."""
    observed_generation: Int | None = None
    """The generation of the object that this was said of."""
    last_transition_time: Time
    """When status last changed from one value to another."""
    reason: Annotated[str, Field(pattern="^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$", min_length=1, max_length=256)]
    """Why, in one word of the closed list in the kind's manual page."""
    message: Message
    """Why, in a sentence, and what to do."""


class ChangeAction(StrEnum):
    """What a plan does with a resource."""

    CREATE = "Create"
    UPDATE = "Update"
    DELETE = "Delete"
    BLOCKED = "Blocked"


class Change(StatusModel):
    """One resource that the plan changes, or would if it could."""

    id: ResourceId
    """The ARM id of the resource."""
    action: ChangeAction
    """Create, Update, Delete, or Blocked: it should change and may not."""
    fields: Annotated[tuple[Word, ...], listed(at_most=50)] = ()
    """The fields that differ, as paths into the resource's body. Values are not shown here."""
    reason: Word | None = None
    """With Blocked: why, in one word."""
    message: Message | None = None
    """With Blocked: why, in a sentence, and what to do."""


class PlanSummary(StatusModel):
    """What is to change in Azure, as last computed."""

    create: Int
    """How many resources are to be created."""
    update: Int
    """How many resources are to be updated."""
    delete: Int
    """How many resources are to be deleted."""
    blocked: Int
    """How many resources should change and may not."""
    hash: Annotated[str, Field(max_length=71)] | None = None
    """The plan's fingerprint, to be copied to spec.approvedPlan. It ignores order and holds no secret."""
    changes: Annotated[tuple[Change, ...], listed(at_most=20)] = ()
    """The first changes, at most 20, and fewer where they are long; the counts speak of all."""


class ResourceState(StatusModel):
    """One Azure resource of this object, as last seen."""

    id: ResourceId
    """The ARM id of the resource."""
    type: Word
    """The ARM type, such as Microsoft.Storage/storageAccounts."""
    state: Word | None = None
    """Where it stands: Missing, Waiting, Creating, Updating, Deleting, Ready, Drifted, Blocked, Failed, Retained or Unknown."""
    health: Word | None = None
    """Healthy, Unhealthy, Pending (on its way), or Unknown: it could not be measured."""
    reason: Word | None = None
    """Why it is not well, in one word."""
    message: Message | None = None
    """Why it is not well, in a sentence."""


class InventoryScope(StatusModel):
    """The resources of this object in one scope."""

    scope: ResourceId
    """The ARM id of a resource group, or of another scope that contains them."""
    ids: Annotated[tuple[Annotated[str, Field(max_length=400_000)], ...], listed(at_most=2000)]
    """Ids below the scope, without the leading /providers/, those of one type in one word with braces as shells have them:
    Microsoft.Storage/storageAccounts/x{,/blobServices/default/containers/{bronze,gold}} is three; the empty string is the scope itself."""


class PlanInProgress(StatusModel):
    """An approved plan that is being applied; it is kept so that a restart neither loses the approval nor widens it."""

    hash: Annotated[str, Field(max_length=71)]
    """The hash that was approved."""
    changes: Annotated[tuple[Annotated[str, Field(max_length=64)], ...], listed(at_most=2000)]
    """Fingerprints of the changes that the approval allows."""


class CommonStatus(StatusModel):
    """What every kind reports."""

    model_config = OWNED_WHOLE

    observed_generation: Int | None = None
    """The generation of the spec that this status speaks of; -1: nobody has looked yet."""
    last_handled_reconcile_at: Annotated[str, Field(max_length=128)] | None = None
    """The value of the annotation csaloom.io/reconcile-requested-at that was last obeyed."""
    conditions: Annotated[tuple[Condition, ...], named(at_most=20, key="type")] = ()
    """What is so and what is not. Ready sums it up."""
    plan: PlanSummary | None = None
    """What is to change in Azure, as last computed."""
    applied_plan: Annotated[str, Field(max_length=71)] | None = None
    """The hash of the approved plan that was last applied; that approval is used up."""
    applying_plan: PlanInProgress | None = None
    """The approved plan that is being applied, until its last change is done."""
    resources: Annotated[tuple[ResourceState, ...], listed(at_most=50)] = ()
    """At most 50 of the Azure resources, and fewer where their rows are long: the unwell first, then those with a health of their own, then
    those in the object's own group or service; roles and diagnostic settings last."""
    resource_count: Int | None = None
    """How many Azure resources the object has to do with: those that it makes, which are all that loom plan counts, those that exist
    already and are only read, and those that nothing declares any more and that stay or go."""
    inventory: Annotated[tuple[InventoryScope, ...], listed(at_most=200)] = ()
    """Every Azure resource that is owned here, or will be once a write that was begun succeeds. It is never cut."""
    submitted: Annotated[Mapping[str, Annotated[str, Field(max_length=128)]], Field(max_length=500)] = Field(
        default_factory=dict
    )
    """Keyed hashes of what was last sent and Azure never shows again (secrets, documents), by resource."""
    retained: Annotated[tuple[Annotated[str, Field(max_length=400)], ...], listed(at_most=500)] = ()
    """Resources that hold data and stay though nothing declares them any more; spec.deleteData lets them go."""
    effective_interval: Annotated[str, Field(max_length=16)] | None = None
    """How often drift and health are really looked at, while that is less often than spec.interval."""
