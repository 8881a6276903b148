"""Hypothesis strategies for objects that the API server would take: `planes`, `zones`, `products`.

What is drawn is an object as people write it, so that whoever needs a spec, a plan, a body or a stored object starts from the same.
A strategy is made once: looking into it costs more than drawing from it.
"""

from functools import cache

from hypothesis import strategies as st

from loom.api.policies.table import POLICIES
from support.policies import AI_BACKENDS, ENTRIES, inbound
from support.worlds import GROUP, Obj, api_object, hub, plane_object, product_object, zone_object

_words = st.from_regex(r"[a-z0-9](-?[a-z0-9]){2,20}", fullmatch=True)
_domains = st.from_regex(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", fullmatch=True).filter(lambda text: 2 <= len(text) <= 40)
_locations = st.sampled_from(["eastus2", "centralus", "usgovvirginia", "southafricanorth", "australiacentral2"])
_tags = st.dictionaries(
    st.from_regex(r"[A-Za-z][A-Za-z0-9 _.-]{0,20}", fullmatch=True).filter(
        lambda t: not t.lower().startswith("csaloom-io-")
    ),
    st.text("abcXYZ 012_-", max_size=30),
    max_size=3,
)


def planes() -> st.SearchStrategy[Obj]:
    """Planes of every cloud, with and without the things that zones can do without."""
    cloud = st.sampled_from(["AzureCloud", "AzureUSGovernment", "AzureChinaCloud"])
    return st.builds(plane_object, cloud=cloud, location=_locations, tags=_tags)


@st.composite
def zones(draw: st.DrawFn) -> Obj:
    """Zones with any of the services, with addresses laid out or given."""
    storage = draw(st.none() | _storage())
    services = {
        "storage": storage,
        "eventHubs": draw(st.none() | _event_hubs()),
        "serviceBus": draw(st.none() | _service_bus()),
        "cosmos": draw(st.none() | _cosmos()),
        "keyVault": draw(st.none() | st.fixed_dictionaries({}, optional={"softDeleteDays": st.integers(7, 90)})),
        "synapse": draw(st.just(None) | _synapse()) if storage is not None else None,
        "redis": draw(st.none() | _redis()),
        "kusto": draw(st.none() | st.just({"clusterId": hub("Microsoft.Kusto/clusters", "adxshared")})),
        "apps": draw(st.none() | _apps()),
    }
    needed = any(value is not None for value in services.values())
    return zone_object(
        domain=draw(_domains),
        environment=draw(st.sampled_from(["Development", "Test", "Production"])),
        location=draw(_locations),
        owner=draw(st.sampled_from([None, {"name": "A team", "email": "team@contoso.com"}])),
        costCenter=draw(st.sampled_from([None, "CC-1"])),
        dataClassification=draw(st.sampled_from([None, "Confidential", "Public data"])),
        tags=draw(_tags),
        network=draw(_networks() if needed else st.none() | _networks()),
        **services,
    )


@cache
def _networks() -> st.SearchStrategy[Obj]:
    laid_out = st.builds(
        lambda a, b, prefix: {"addressSpace": f"10.{a}.{b * 4 // 4 * 4 % 256}.0/{prefix}"},
        st.integers(0, 255),
        st.just(0),
        st.integers(16, 22),
    )
    given = st.builds(
        lambda a, extra: {
            "addressSpace": f"10.{a}.0.0/20",
            "subnets": [
                {"name": "snet-container-apps", "cidr": f"10.{a}.0.0/23"},
                {"name": "snet-private-endpoints", "cidr": f"10.{a}.2.0/24"},
                *({"name": f"snet-{name}", "cidr": f"10.{a}.{4 + number}.0/24"} for number, name in enumerate(extra)),
            ],
        },
        st.integers(0, 255),
        st.lists(_words, max_size=3, unique=True),
    )
    return laid_out | given


@cache
def _storage() -> st.SearchStrategy[Obj]:
    return st.fixed_dictionaries(
        {},
        optional={
            "name": st.from_regex(r"[a-z0-9]{3,24}", fullmatch=True),
            "redundancy": st.sampled_from(["LRS", "ZRS", "GRS", "RAGRS", "GZRS", "RAGZRS"]),
            "filesystems": st.lists(_words, max_size=4, unique=True).map(lambda names: [{"name": n} for n in names]),
            "softDeleteDays": st.integers(1, 365),
        },
    )


@cache
def _event_hubs() -> st.SearchStrategy[Obj]:
    units = st.tuples(st.integers(1, 40), st.integers(1, 40)).map(lambda pair: {"min": min(pair), "max": max(pair)})
    hub_ = st.fixed_dictionaries(
        {"name": _words},
        optional={"partitions": st.integers(1, 32), "retention": st.integers(1, 168).map(lambda hours: f"{hours}h")},
    )
    return st.fixed_dictionaries(
        {},
        optional={
            "name": st.from_regex(r"[A-Za-z][A-Za-z0-9-]{6,48}[A-Za-z0-9]", fullmatch=True),
            "throughputUnits": units,
            "hubs": st.lists(hub_, max_size=7, unique_by=lambda item: item["name"]),
        },
    )


@cache
def _service_bus() -> st.SearchStrategy[Obj]:
    queues = st.lists(st.fixed_dictionaries({"name": _words}), max_size=4, unique_by=lambda item: item["name"])
    tier = st.just({"sku": "Standard"}) | st.sampled_from([1, 2, 4, 8, 16]).map(lambda units: {"capacity": units})
    return st.builds(lambda tier, queues: {**tier, "queues": queues}, tier, queues)


@cache
def _redis() -> st.SearchStrategy[Obj]:
    return st.fixed_dictionaries(
        {},
        optional={
            "name": st.from_regex(r"[A-Za-z0-9]{1,10}(-[A-Za-z0-9]{1,10}){0,3}", fullmatch=True),
            "sku": st.sampled_from(["Balanced_B0", "MemoryOptimized_M10", "ComputeOptimized_X3"]),
        },
    )


@cache
def _synapse() -> st.SearchStrategy[Obj]:
    names = st.from_regex(r"[a-z0-9]{1,10}(-[a-z0-9]{1,10}){0,3}", fullmatch=True).filter(
        lambda n: "-ondemand" not in n
    )
    admins = {"groupId": GROUP, "name": "SQL administrators"}
    return st.fixed_dictionaries({}, optional={"name": names, "filesystem": _words, "sqlAdmins": st.just(admins)})


@cache
def _cosmos() -> st.SearchStrategy[Obj]:
    paths = st.lists(st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True), min_size=1, max_size=3)
    containers = st.fixed_dictionaries({"name": _words, "partitionKey": paths.map(lambda parts: "/" + "/".join(parts))})
    database: st.SearchStrategy[Obj] = st.fixed_dictionaries(
        {"name": _words}, optional={"containers": st.lists(containers, max_size=4, unique_by=lambda item: item["name"])}
    )
    return st.fixed_dictionaries(
        {},
        optional={
            "name": st.from_regex(r"[a-z0-9]{1,10}(-[a-z0-9]{1,10}){1,3}", fullmatch=True),
            "databases": st.lists(database, max_size=4, unique_by=lambda item: item["name"]),
        },
    )


@cache
def _apps() -> st.SearchStrategy[Obj]:
    replicas = st.tuples(st.integers(1, 25), st.integers(1, 25)).map(lambda p: {"min": min(p), "max": max(p)})
    images = st.sampled_from(["acrloom.azurecr.io/loom/loom-mirroring:0.3.1", "ghcr.io/contoso/mirroring:1"])
    told: Obj = {"replicas": replicas, "image": images}
    mcp = st.fixed_dictionaries(
        {}, optional={**told, "audience": st.just("api://loom-mcp"), "pimContributorGroupId": st.just(GROUP)}
    )
    plain = st.fixed_dictionaries({}, optional=told)
    activator = st.fixed_dictionaries({}, optional={**told, "workspaceId": st.just("w1")})
    fields = ("console", "setupOrchestrator", "directLakeShim", "mirroring")
    apps = {"mcp": mcp, "activator": activator, **dict.fromkeys(fields, plain)}
    environment = st.fixed_dictionaries({}, optional={"zoneRedundant": st.booleans()})
    return st.fixed_dictionaries({"environment": environment}, optional=apps)


@st.composite
def products(draw: st.DrawFn) -> Obj:
    """Products of one to three APIs, drafts and published ones, with and without keys."""
    names = draw(st.lists(_words, min_size=1, max_size=3, unique=True))
    required = draw(st.booleans())
    subscription: Obj = {"required": required}
    if required:
        subscription |= draw(
            st.fixed_dictionaries(
                {}, optional={"approval": st.sampled_from(["Required", "Automatic"]), "limit": st.integers(1, 100)}
            )
        )
    return product_object(
        displayName=draw(st.text(min_size=1, max_size=60)),
        description=draw(st.none() | st.text(min_size=1, max_size=200)),
        state=draw(st.sampled_from(["Draft", "Published"])),
        terms=draw(st.none() | st.text(min_size=1, max_size=50)),
        public=not required,
        subscription=subscription,
        visibleTo=draw(st.lists(st.sampled_from(["developers", "guests", "administrators"]), unique=True)),
        apis=[draw(_apis(name, required)) for name in names],
        backends=[*product_object()["spec"]["backends"], *AI_BACKENDS],
        policies=draw(_policies("product", required)),
        subscriptions=draw(st.lists(_subscriptions(), max_size=3, unique_by=lambda s: s["name"])) if required else None,
        diagnostics=draw(st.none() | _diagnostics()),
    )


@cache
def _subscriptions() -> st.SearchStrategy[Obj]:
    owners = st.sampled_from([{"email": f"{'x' * 100}@example.com"}, {"email": "a@b.example"}, {"userId": "jane"}])
    states = st.sampled_from(["Active", "Suspended", "Cancelled"])
    names = st.from_regex("[a-z][a-z0-9]{0,62}", fullmatch=True)
    return st.fixed_dictionaries({"name": names}, optional={"owner": owners, "state": states})


@cache
def _diagnostics() -> st.SearchStrategy[Obj]:
    return st.fixed_dictionaries(
        {},
        optional={
            "samplingPercent": st.integers(0, 100),
            "verbosity": st.sampled_from(["Error", "Information", "Verbose"]),
            "headers": st.just(["X-Request-Id"]),
            "bodyBytes": st.integers(0, 8192),
            "clientIp": st.booleans(),
            "metrics": st.booleans(),
        },
    )


@cache
def _apis(name: str, keys: bool) -> st.SearchStrategy[Obj]:
    made = st.builds(
        lambda policies, operation: api_object(
            name=name, path=f"finance/{name}", policies=policies,
            operations=[{"name": "listOrders", "policies": operation}] if operation else [],
        ),
        _policies("api", keys),
        _policies("operation", keys),
    )  # fmt: skip
    return made.map(lambda api: {field: value for field, value in api.items() if value})


@cache
def _policies(level: str, keys: bool) -> st.SearchStrategy[Obj | None]:
    """Any policies of the table that exist at a level, each once; what counts by keys only where there are keys."""
    there = {row.field for row in POLICIES if level in row.levels} & set(ENTRIES)
    fields = sorted(there if keys else there - {"rateLimit", "quota", "tokenLimit", "semanticCache"})
    return st.none() | st.lists(st.sampled_from(fields), min_size=1, max_size=8, unique=True).map(
        lambda chosen: inbound(*chosen)
    )
