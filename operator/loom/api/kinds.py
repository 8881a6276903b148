"""The kinds by name: where each lives, how `kubectl get` shows it, and which conditions and reasons it may have."""

from dataclasses import dataclass
from typing import Any

from loom.api.admin_plane import AdminPlaneSpec, AdminPlaneStatus
from loom.api.api_product import ApiProductSpec, ApiProductStatus
from loom.api.conditions import ConditionType
from loom.api.data_landing_zone import DataLandingZoneSpec, DataLandingZoneStatus
from loom.api.reasons import Reason
from loom.api.schema import Model
from loom.api.status import CommonStatus

GROUP = "csaloom.io"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"
CATEGORY = "loom"
FINALIZER = f"{GROUP}/finalizer"
RECONCILE_REQUESTED = f"{GROUP}/reconcile-requested-at"
"""The annotation that asks for a pass now; its value is echoed in status.lastHandledReconcileAt."""

LONGEST_NAME = 63
"""Characters that an object's name may have: it becomes part of names and marks in Azure."""

LOWEST_KUBERNETES = "1.31"
"""The first Kubernetes whose API server knows all that the CRDs use: CEL's `cidr` functions came with 1.31.

`LOOM_DEV_KUBERNETES` runs the cluster tests on its first release."""


@dataclass(frozen=True)
class Column:
    """A column of `kubectl get`; `wide` ones show with -o wide only."""

    name: str
    json_path: str
    type: str = "string"
    wide: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of object, and all that is particular to it."""

    name: str
    plural: str
    short_names: tuple[str, ...]
    namespaced: bool
    doc: str
    spec: type[Model]
    status: type[CommonStatus]
    columns: tuple[Column, ...]

    @property
    def crd_name(self) -> str:
        """The name of its CustomResourceDefinition."""
        return f"{self.plural}.{GROUP}"

    @property
    def conditions(self) -> tuple[ConditionType, ...]:
        """The conditions that its objects may have."""
        return tuple(condition for condition in ConditionType if self.name in condition.kinds)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The reasons that those conditions may give."""
        return tuple(reason for reason in Reason if self.name in reason.kinds)


def _of(condition: ConditionType, member: str) -> str:
    return f'.status.conditions[?(@.type=="{condition}")].{member}'


_READY = Column("Ready", _of(ConditionType.READY, "status"))
_HEALTH = Column("Health", _of(ConditionType.HEALTHY, "reason"))
_REASON = Column("Reason", _of(ConditionType.READY, "reason"))
_MESSAGE = Column("Message", _of(ConditionType.READY, "message"), wide=True)
_AGE = Column("Age", ".metadata.creationTimestamp", type="date")

ADMIN_PLANE = Kind(
    name="AdminPlane",
    plural="adminplanes",
    short_names=("plane",),
    namespaced=False,
    doc="The part of Azure that zones attach to, and who may ask for what. Only cluster administrators write one.",
    spec=AdminPlaneSpec,
    status=AdminPlaneStatus,
    columns=(_READY, _HEALTH, _REASON, _MESSAGE, _AGE),
)

DATA_LANDING_ZONE = Kind(
    name="DataLandingZone",
    plural="datalandingzones",
    short_names=("dlz",),
    namespaced=True,
    doc="One domain's part of Azure in one environment: its network, its services and its apps.",
    spec=DataLandingZoneSpec,
    status=DataLandingZoneStatus,
    columns=(
        _READY,
        _HEALTH,
        Column("Apps", ".status.appsHealthy"),
        Column("Drift", _of(ConditionType.IN_SYNC, "reason")),
        _REASON,
        _AGE,
        _MESSAGE,
        Column("Domain", ".spec.domain", wide=True),
        Column("Location", ".spec.location", wide=True),
    ),
)

API_PRODUCT = Kind(
    name="ApiProduct",
    plural="apiproducts",
    short_names=("apip",),
    namespaced=True,
    doc="APIs published as a product of API Management.",
    spec=ApiProductSpec,
    status=ApiProductStatus,
    columns=(_READY, _HEALTH, _REASON, _MESSAGE, _AGE),
)

KINDS: dict[str, Kind] = {kind.name: kind for kind in (ADMIN_PLANE, DATA_LANDING_ZONE, API_PRODUCT)}


def kind_of(obj: dict[str, Any]) -> Kind | None:
    """Return the kind of a Kubernetes object, or None where it is none of ours."""
    return KINDS.get(obj.get("kind", "")) if obj.get("apiVersion") == API_VERSION else None
