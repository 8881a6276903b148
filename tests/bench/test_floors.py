"""Floors that measures are held against: the least time, out of a plan and what each operation took."""

from collections.abc import Mapping
from typing import Any

from bench.floors import Costs, Rate, budgets, chains, critical_path

from loom.plan.resource import Mode, Plan, Resource

GROUP = "/subscriptions/s/resourceGroups/rg"
NETWORK = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet"
RATE = Rate(speed=1.0, poll=60.0)


def ran(target: str, seconds: float, retry_after: float | None = 10.0, begun: float = 0.0) -> Mapping[str, Any]:
    """An operation as the simulated Azure tells of it."""
    names = target.rpartition("/providers/")[2].split("/")
    kind = "/".join([names[0], *names[1::2]])
    due = begun + seconds
    return {"verb": "put", "target": target, "type": kind, "begun": begun, "due": due, "retry_after": retry_after}


def subnet(name: str, *after: str) -> Resource:
    return Resource(name, f"{NETWORK}/subnets/{name}", depends_on=after)


def test_an_operation_is_seen_to_end_at_the_first_poll_that_retry_after_allows() -> None:
    assert RATE.seen(ran(NETWORK, 4, retry_after=3)) == 6
    assert RATE.seen(ran(NETWORK, 6, retry_after=3)) == 6
    assert RATE.seen(ran(NETWORK, 4, retry_after=None)) == 60


def test_a_header_of_whole_seconds_rounds_up_what_runs_fast() -> None:
    assert Rate(speed=8.0, poll=60.0).seen(ran(NETWORK, 4, retry_after=10)) == 16
    assert Rate(speed=8.0, poll=60.0).seen(ran(NETWORK, 4, retry_after=3)) == 6


def test_the_critical_path_is_the_longest_way_through_the_plan() -> None:
    vault = Resource("vault", f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv")
    secret = Resource("secret", f"{vault.id}/secrets/s", depends_on=("vault",))
    network = Resource("network", NETWORK)
    costs = Costs([ran(str(vault.id), 25), ran(str(secret.id), 5), ran(NETWORK, 12)], RATE)
    assert critical_path(Plan(GROUP, (network, vault, secret)), costs) == 40


def test_writers_of_one_network_follow_one_another_between_what_comes_before_and_after() -> None:
    network = Resource("network", NETWORK)
    subnets = [subnet(f"s{n}", "network") for n in range(3)]
    last = Resource("last", f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv", depends_on=("s0", "s1", "s2"))
    plan = Plan(GROUP, (network, *subnets, last))
    costs = Costs([*(ran(str(one.id), 10) for one in (network, *subnets, last))], RATE)
    assert critical_path(plan, costs) == 50
    assert list(chains([plan, plan], costs).values()) == [80]  # the network itself is written in its own turn


def test_a_stage_costs_the_second_write_of_the_same_resource() -> None:
    api = Resource("api", f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv")
    publish = Resource("publish", str(api.id), depends_on=("api",), mode=Mode.STAGE)
    costs = Costs([ran(str(api.id), 20, begun=0.0), ran(str(api.id), 30, begun=50.0)], RATE)
    assert critical_path(Plan(GROUP, (api, publish)), costs) == 50


def test_a_budget_is_what_a_full_bucket_does_not_cover_at_the_rate_at_which_it_refills() -> None:
    plan = Plan(
        GROUP, tuple(Resource(f"v{n}", f"{GROUP}/providers/Microsoft.KeyVault/vaults/v{n}") for n in range(250))
    )
    assert budgets([plan], share=1.0) == {"ARM": 5.0}
    assert budgets([plan], share=0.5) == {"ARM": 30.0}
