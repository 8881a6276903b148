"""One object and a cloud in memory, for the engine's tests: state in, passes, state out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from loom.engine.lanes import Lanes
from loom.engine.memory import Memory, RunMemory
from loom.engine.ports import Keeper
from loom.engine.reconcile import reconcile
from loom.engine.snapshots import Snapshots
from loom.engine.work import Event, Ports, Result, Work
from loom.errors import Refusal
from loom.plan.arm_id import name_of, resource, resource_group, type_of
from loom.plan.checks import Finding, Health, finding_key
from loom.plan.outcome import Outcome
from loom.plan.ownership import TAG, Authority, Owner
from loom.plan.resource import Named, Plan, Resource
from loom.plan.values import Ref
from support.memory_cloud import FakeClock, MemoryCloud
from support.oracles import oracle
from support.promises import broken_promises

RULES = oracle("status_rules")
SUBSCRIPTION = "44444444-4444-4444-4444-444444444444"
GROUP = resource_group(SUBSCRIPTION, "rg-finance")
ACCOUNT = resource(GROUP, "Microsoft.Storage/storageAccounts", "safinance")
CONTAINER = resource(
    GROUP, "Microsoft.Storage/storageAccounts/blobServices/containers", "safinance", "default", "bronze"
)
IDENTITY = resource(GROUP, "Microsoft.ManagedIdentity/userAssignedIdentities", "uami-finance")
ROLE_PREFIX = f"{ACCOUNT}/providers/Microsoft.Authorization/roleAssignments/"
OWNER = Owner("test", "domain-finance", "DataLandingZone", "finance")
OTHERS = "test/domain-sales/DataLandingZone/sales"
MINE = {TAG: OWNER.mark}

GROUP_R = Resource("group", GROUP, {"location": "eastus2", "tags": {"Domain": "finance"}}, condition="ServicesReady")
ACCOUNT_R = Resource(
    "storage", ACCOUNT,
    {"location": "eastus2", "kind": "StorageV2", "properties": {"isHnsEnabled": True, "allowSharedKeyAccess": False}},
    depends_on=("group",), condition="ServicesReady",
)  # fmt: skip
CONTAINER_R = Resource(
    "storage/bronze", CONTAINER, {"properties": {"publicAccess": "None"}}, ("storage",), condition="ServicesReady"
)
IDENTITY_R = Resource("identity", IDENTITY, {"location": "eastus2"}, ("group",), condition="ServicesReady")
ROLE_R = Resource(
    "role",
    Named(ROLE_PREFIX, (ACCOUNT, Ref("identity", "properties.principalId"), "reader")),
    {
        "properties": {
            "principalId": Ref("identity", "properties.principalId"),
            "roleDefinitionId": "/subscriptions/x/providers/Microsoft.Authorization/roleDefinitions/reader",
            "principalType": "ServicePrincipal",
        }
    },
    ("storage",), condition="ServicesReady",
)  # fmt: skip
PLAN = Plan(GROUP, (GROUP_R, ACCOUNT_R, CONTAINER_R, IDENTITY_R, ROLE_R), conditions=("ServicesReady",))


@dataclass(frozen=True)
class Wish:
    """The common fields of a spec."""

    policy: str = "Manage"
    approved_plan: str | None = None
    deletion_policy: str | None = None
    delete_data: tuple[str, ...] = ()
    adoption: str = "Refuse"
    suspend: bool = False


@dataclass
class FakeProber:
    """Health as the test sets it."""

    findings: dict[str, Finding] = field(default_factory=dict)

    async def examine(self, checks: Any, bodies: Any, lookup: Any) -> list[Finding]:
        names = [(finding_key(check), check.condition) for check in checks]
        return [self.findings.get(name) or Finding(name, condition, Health.HEALTHY) for name, condition in names]


@dataclass
class Bench:
    """An object with its cloud, its memory and its status between passes."""

    plan: Plan | None = PLAN
    wish: Wish = field(default_factory=Wish)
    cloud: MemoryCloud = field(default_factory=MemoryCloud)
    clock: FakeClock = field(default_factory=FakeClock)
    prober: FakeProber = field(default_factory=FakeProber)
    memory: Memory = field(default_factory=Memory)
    lanes: Lanes = field(default_factory=Lanes)
    status: dict[str, Any] = field(default_factory=lambda: {"observedGeneration": -1})
    authority: Authority = field(default_factory=lambda: Authority(home=GROUP))
    generation: int = 1
    refusal: Refusal | None = None
    deleting: bool = False
    in_use: str = ""
    requested_at: str = ""
    events: list[Event] = field(default_factory=list)
    journaled: list[dict[str, Any]] = field(default_factory=list)
    key: str = "k"
    owner: Owner = OWNER
    keeper: Keeper | None = None
    report: Callable[[Plan, Outcome], Mapping[str, Any]] = field(default=lambda _plan, _outcome: {})

    def __post_init__(self) -> None:
        self.cloud.fill = _give_outputs
        self.snapshots = Snapshots(self.clock)

    async def look(self) -> Result:
        """One pass."""

        async def journal(status: Any) -> None:
            self.journaled.append(dict(status))
            self.status = dict(status)

        ports = Ports(
            self.cloud, self.prober, self.clock, journal,
            lambda text: sha256((self.key + text).encode()).hexdigest(), self.snapshots, self.lanes,
            self.keeper,
        )  # fmt: skip
        work = Work(
            self.owner, self.generation, self.wish, self.authority, self.status,
            plan=None if self.refusal else self.plan, refusal=self.refusal, deleting=self.deleting, in_use=self.in_use,
            requested_at=self.requested_at, deletes=False,
            report=self.report,
        )  # fmt: skip
        result = await reconcile(work, self.memory, ports)
        self._judge(result.status)
        self.status = dict(result.status)
        self.events += result.events
        return result

    def _judge(self, status: Any) -> None:
        """Every status that a test sees keeps the rules that kubectl, Flux and Argo CD rely on."""
        if RULES is not None and status.get("conditions"):
            broken = RULES.broken({"metadata": {"generation": self.generation}, "status": status})
            assert broken == [], f"{broken} in {status}"
        assert broken_promises(self.owner.kind, status) == []

    async def settle(self, passes: int = 12) -> Result:
        """Passes, each at the moment that the last one asked for, long operations ending in between, until nothing is due soon."""
        result = await self.look()
        for _ in range(passes):
            if self.ready == "True" or result.release:
                return result
            self.clock.seconds += result.requeue_after
            self.cloud.finish()
            result = await self.look()
        return result

    async def later(self) -> Result:
        """A pass one interval later, with nothing shared from before."""
        self.clock.seconds += 600
        self.cloud.forget_requests()
        return await self.look()

    def restart(self) -> None:
        """The process is gone, and with it everything that it remembered."""
        self.memory, self.lanes = Memory(), Lanes()
        self.snapshots = Snapshots(self.clock)

    def change(self, **fields: Any) -> None:
        """The spec is edited."""
        self.wish = replace(self.wish, **fields)
        self.generation += 1

    def replan(self, plan: Plan) -> None:
        self.plan = plan
        self.generation += 1

    def condition(self, name: str) -> dict[str, Any]:
        return next((c for c in self.status.get("conditions", []) if c["type"] == name), {})

    @property
    def so_far(self) -> RunMemory:
        """What the run that is going on remembers."""
        return self.memory.run or RunMemory()

    @property
    def ready(self) -> str:
        return str(self.condition("Ready").get("status"))

    def reason(self, name: str = "Ready") -> str:
        return str(self.condition(name).get("reason"))

    def message(self, name: str = "Ready") -> str:
        return str(self.condition(name).get("message"))


_OUTPUTS = {
    "Microsoft.App/managedEnvironments": {
        "defaultDomain": "calm-bay.eastus2.azurecontainerapps.io",
        "staticIp": "10.100.0.5",
    },
    "Microsoft.KeyVault/vaults": {"vaultUri": "https://vault.example/"},
    "Microsoft.KeyVault/vaults/secrets": {"secretUriWithVersion": "https://vault.example/secrets/one/1"},
    "Microsoft.DocumentDB/databaseAccounts": {"documentEndpoint": "https://documents.example/"},
    "Microsoft.Cache/redisEnterprise": {"hostName": "cache.example"},
    "Microsoft.Synapse/workspaces": {"connectivityEndpoints": {"sqlOnDemand": "sql.example"}},
}


def _give_outputs(arm_id: str, body: dict[str, Any]) -> None:
    body.get("properties", {}).update(_OUTPUTS.get(type_of(arm_id), {}))
    configuration = body.get("properties", {}).get("configuration") or {}
    if type_of(arm_id) == "Microsoft.App/containerApps" and "ingress" in configuration:
        configuration["ingress"]["fqdn"] = f"{name_of(arm_id)}.calm-bay.example"
    if (body.get("identity") or {}).get("type") == "SystemAssigned":
        body["identity"]["principalId"] = str(uuid5(NAMESPACE_URL, arm_id.lower()))
    if "userAssignedIdentities" in arm_id:
        body["properties"] |= {"principalId": str(uuid5(NAMESPACE_URL, arm_id.lower())), "clientId": "c1"}
    if "roleAssignments" in arm_id:
        body["properties"]["scope"] = arm_id.partition("/providers/Microsoft.Authorization")[0]
