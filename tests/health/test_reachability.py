"""Can a way in be used: real HTTPS to a server on this machine, and what Azure says where HTTP does not get there."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from loom.health.addresses import AddressRefused, Inside, addresses_of, forbidden
from loom.health.asking import Asker
from loom.health.link import link
from loom.health.reachability import examine_way
from loom.plan.checks import BackendCheck, Finding, Health, LinkCheck, Passage, WayCheck
from loom.plan.values import Ref, Text, at
from support.serving import https

HOST = "loom-console.calm-bay.eastus2.azurecontainerapps.io"
APP = {"properties": {"configuration": {"ingress": {"fqdn": HOST, "external": True}}}}
PEERING = LinkCheck("peering/to-hub", "properties.peeringState", "Connected")
PRIVATE = WayCheck(
    "app/loom-console",
    "way/bastion",
    "Bastion",
    Text("https://{}", (Ref("app/loom-console", "properties.configuration.ingress.fqdn"),)),
    inside=(Ref("environment", "properties.staticIp"),),
    evidence=(PEERING,),
)
PUBLIC = WayCheck("app/loom-console", "way/public", "Public", PRIVATE.url)
BEHIND = {
    "well": Finding("well", "Reachable", Health.HEALTHY),
    "broken": Finding(
        "broken", "Reachable", Health.UNHEALTHY, "Unreachable", "says of what is behind it: x is Unhealthy"
    ),
    "silent": Finding("silent", "Reachable", Health.UNKNOWN, "NotMeasured", "has been asked what is behind it"),
}


def from_the_internet(*evidence: LinkCheck | BackendCheck) -> WayCheck:
    return replace(PUBLIC, evidence=evidence, is_public=True)


class Door:
    """A server that answers with one status, and notes who came."""

    def __init__(self, home: Path) -> None:
        self.home, self.port, self.status, self.came = home, 0, 200, list[str]()

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.came.append(f"{request.host} {request.path}")
        if self.status == 0:
            await asyncio.Event().wait()
        return web.Response(status=self.status, headers={"Location": "https://elsewhere.example/"})

    def asker(self, connect_to: Mapping[str, str] | None = None, timeout: float = 5.0) -> Asker:
        to = {"*.azurecontainerapps.io": f"127.0.0.1:{self.port}"} if connect_to is None else connect_to
        return Asker(timeout, ca_bundle=self.home / "ca.pem", connect_to=to)


@pytest.fixture
async def door(home: Path) -> AsyncIterator[Door]:
    door = Door(home)
    async with https(home, door.answer) as door.port:
        yield door


async def examined(
    asker: Asker, check: WayCheck = PUBLIC, peering: str = "Connected", ip: str = "10.100.1.246"
) -> Finding:
    bodies: dict[str, Any] = {
        "app/loom-console": APP,
        "environment": {"properties": {"staticIp": ip}},
        "peering/to-hub": {"properties": {"peeringState": peering}},
    }

    async def ask(part: LinkCheck | BackendCheck) -> Finding:
        return link(part, bodies[part.key]) if isinstance(part, LinkCheck) else BEHIND[part.key]

    try:
        return await examine_way(check, asker, lambda ref: at(bodies[ref.key], ref.path), ask)
    finally:
        await asker.aclose()


@pytest.mark.parametrize("status", [200, 204, 302, 401, 403, 405])
async def test_an_answer_of_the_app_is_reachable_whoever_may_come_in(door: Door, status: int) -> None:
    door.status = status
    finding = await examined(door.asker())
    assert finding.health is Health.HEALTHY
    assert dict(finding.details) == {"url": f"https://{HOST}", "httpStatus": status, "probedFrom": "Operator"}
    assert door.came == [f"{HOST} /"]


@pytest.mark.parametrize(
    ("status", "words"), [(404, "lets nobody from outside"), (500, "answered 500"), (503, "answered 503")]
)
async def test_an_answer_of_the_ingress_alone_is_not(door: Door, status: int, words: str) -> None:
    door.status = status
    finding = await examined(door.asker(), PRIVATE)
    assert (finding.health, finding.reason, words in finding.message) == (Health.UNHEALTHY, "Unreachable", True)
    assert dict(finding.details)["httpStatus"] == status


async def test_a_redirect_is_not_followed(door: Door) -> None:
    door.status = 302
    await examined(door.asker({"*": f"127.0.0.1:{door.port}"}))
    assert len(door.came) == 1


async def test_a_public_way_that_gives_no_answer_is_not_reachable(door: Door) -> None:
    door.status = 0
    finding = await examined(door.asker(timeout=0.1))
    assert (finding.health, finding.message) == (Health.UNHEALTHY, f"https://{HOST} gave no answer in time")


async def test_where_http_does_not_get_there_azures_own_word_counts() -> None:
    finding = await examined(Asker(), PRIVATE)  # the name resolves nowhere from here
    assert finding.health is Health.HEALTHY
    assert dict(finding.details) == {"url": f"https://{HOST}", "probedFrom": "Arm"}


@pytest.mark.parametrize(
    ("state", "health", "reason"),
    [("Disconnected", Health.UNHEALTHY, "Unreachable"), ("Initiated", Health.PENDING, "Progressing")],
)
async def test_azures_own_word_names_the_part_that_does_not_hold(state: str, health: Health, reason: str) -> None:
    finding = await examined(Asker(), PRIVATE, peering=state)
    assert (finding.health, finding.reason) == (health, reason)
    assert finding.message.startswith(f"peering/to-hub is {state}")


async def test_a_way_from_the_internet_that_never_answered_here_is_not_known_to_work_whatever_azure_says() -> None:
    finding = await examined(Asker(), from_the_internet(PEERING, BackendCheck("well")))
    assert (finding.health, finding.reason) == (Health.UNKNOWN, "NotMeasured")
    assert finding.message == (
        f"https://{HOST}: the name does not resolve, as to an operator without a way to the internet; Azure shows nothing wrong with it, "
        "which does not prove that it works"
    )
    assert dict(finding.details) == {"url": f"https://{HOST}", "probedFrom": "Arm"}


@pytest.mark.parametrize(
    ("evidence", "peering", "health", "words"),
    [
        (BackendCheck("broken"), "Connected", Health.UNHEALTHY, "broken says of what is behind it: x is Unhealthy"),
        (PEERING, "Disconnected", Health.UNHEALTHY, "peering/to-hub is Disconnected where Connected is needed"),
        (PEERING, "Initiated", Health.PENDING, "peering/to-hub is Initiated: the other side has not accepted it yet"),
    ],
)
async def test_azures_own_word_proves_what_is_broken_of_a_way_from_the_internet(
    evidence: LinkCheck | BackendCheck, peering: str, health: Health, words: str
) -> None:
    finding = await examined(Asker(), from_the_internet(BackendCheck("well"), evidence), peering=peering)
    assert (finding.health, finding.message, dict(finding.details)["probedFrom"]) == (health, words, "Arm")


async def test_what_azure_has_not_said_yet_is_told_as_such() -> None:
    finding = await examined(Asker(), from_the_internet(BackendCheck("silent")))
    assert finding.health is Health.UNKNOWN
    assert "silent has been asked what is behind it, which does not prove" in finding.message


async def test_a_way_from_the_internet_that_has_answered_here_before_is_not_excused_by_azures_word(door: Door) -> None:
    check, asker = from_the_internet(BackendCheck("well")), door.asker(timeout=2.0)
    await asker.ask(f"https://{HOST}")
    door.status = 0
    finding = await examined(asker, check)
    assert (finding.health, finding.message) == (Health.UNHEALTHY, f"https://{HOST} gave no answer in time")


async def test_hosts_that_answered_once_are_forgotten_after_so_many_others(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loom.health.asking.MOST_HEARD", 2)
    asker = door.asker()
    urls = [f"https://app-{number}.calm-bay.eastus2.azurecontainerapps.io" for number in range(3)]
    for number in (0, 1, 0, 2):
        assert (await asker.ask(urls[number])).status == 200
    assert [asker.has_heard(url) for url in urls] == [True, False, True]
    await asker.aclose()


async def test_a_certificate_that_is_not_for_the_name_is_an_answer_from_the_internet(door: Door) -> None:
    asker = Asker(connect_to={"*": f"127.0.0.1:{door.port}"})  # which trusts nobody's own authority
    finding = await examined(asker, from_the_internet(BackendCheck("well")))
    assert (finding.health, "not trusted" in finding.message) == (Health.UNHEALTHY, True)


@pytest.mark.parametrize(
    ("behind", "more"), [("broken", "; broken says of what is behind it: x is Unhealthy"), ("silent", "")]
)
async def test_a_gateway_that_answers_for_nobody_says_what_it_sees_behind_it(
    door: Door, behind: str, more: str
) -> None:
    door.status = 502
    finding = await examined(door.asker(), from_the_internet(BackendCheck(behind)))
    assert (finding.health, finding.message) == (Health.UNHEALTHY, f"https://{HOST} answered 502{more}")
    assert dict(finding.details)["probedFrom"] == "Operator"


async def test_nobody_asks_what_is_behind_a_gateway_through_which_the_app_answers(door: Door) -> None:
    finding = await examined(door.asker(), from_the_internet(BackendCheck("nobody has asked")))
    assert finding.health is Health.HEALTHY


async def test_what_is_written_into_a_spec_is_not_asked(door: Door) -> None:
    check = WayCheck(
        "app/loom-console", "way/public", "Public", Text("https://attacker.example/{}", (Ref("environment", "x"),))
    )
    finding = await examined(door.asker({"*": f"127.0.0.1:{door.port}"}), check)
    assert (finding.health, finding.message) == (Health.UNKNOWN, "its address is not one that Azure reported")
    assert door.came == []


# Attempts to lead a probe into somebody's own network. `inside` is what the environment reports as its own address.


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Every name resolves to these, as its owner likes; returns the names that were asked for."""
    asked: list[str] = []

    async def answer(host: str, port: int, **_: object) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", answer)
    return asked


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254", "fe80::1", "10.100.1.7", "192.168.0.1", "100.64.0.1", "fd00::1",
     "0.0.0.0", "224.0.0.1", "168.63.129.16", "10.100.1.247", "64:ff9b::10.100.1.247", "2002:a64:1f7::1"],
)  # fmt: skip
async def test_a_name_that_leads_elsewhere_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    resolving(monkeypatch, address)
    with pytest.raises(AddressRefused):
        await addresses_of(HOST, 443, {}, Inside(("10.100.1.246",)))


@pytest.mark.parametrize("address", ["10.100.1.246", "64:ff9b::10.100.1.246"])
async def test_the_environments_own_address_is_not_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    resolving(monkeypatch, address)
    assert await addresses_of(HOST, 443, {}, Inside(("10.100.1.246",))) == [(address, 443)]


@pytest.mark.parametrize("reported", ["10.100.0.0/16", "10.0.0.0/8", "0.0.0.0/0", "10.100.1.246/24", "nonsense"])
async def test_a_range_in_the_place_of_the_environments_own_address_opens_nothing(
    door: Door, monkeypatch: pytest.MonkeyPatch, reported: str
) -> None:
    resolving(monkeypatch, "10.100.1.7")
    finding = await examined(door.asker(connect_to={}), replace(PRIVATE, evidence=()), ip=reported)
    assert (finding.health, "private network" in finding.message) == (Health.UNKNOWN, True)


async def test_a_range_that_an_administrator_lets_probes_into_is_not_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "10.20.3.4")
    assert await addresses_of(HOST, 443, {}, Inside(("10.100.1.246", "10.20.0.0/16"))) == [("10.20.3.4", 443)]


async def test_a_name_that_leads_to_ours_and_elsewhere_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "10.100.1.246", "10.0.0.4")
    with pytest.raises(AddressRefused):
        await addresses_of(HOST, 443, {}, Inside(("10.100.1.246",)))


@pytest.mark.parametrize(
    "own", ["127.0.0.1", "127.0.0.0/8", "169.254.169.254", "168.63.129.16", "0.0.0.0/0", "nonsense", ""]
)
def test_no_reported_address_opens_the_operators_own_machine(own: str) -> None:
    inside = Inside((own,))
    assert [forbidden(address, inside) for address in ("127.0.0.1", "169.254.169.254", "168.63.129.16", "::1")] == [
        True
    ] * 4


def granted(*ranges: str, hosts: tuple[str, ...] = ("*.azurecontainerapps.io",)) -> WayCheck:
    """The public way, with ranges that a grant lets probes of some hosts into."""
    return replace(PUBLIC, passages=(Passage(hosts, ranges),))


async def refused(check: WayCheck) -> bool:
    """Was the way not asked because it leads into a private network?"""
    return "private network" in (await examined(Asker(0.05), check)).message


async def test_a_private_address_is_asked_where_a_grant_allows_it_and_not_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolving(monkeypatch, "10.20.3.4")
    assert await refused(PUBLIC)
    assert not await refused(granted("10.20.0.0/16"))


@pytest.mark.parametrize(
    "check",
    [
        granted("10.21.0.0/16"),
        granted("10.20.0.0/16", hosts=("*.corp.example",)),
        replace(PUBLIC, passages=(Passage(("*.corp.example",), ("10.20.0.0/16",)), Passage((HOST,), ("10.9.0.0/16",)))),
    ],
    ids=["another range", "another host", "the host of one grant, the range of another"],
)
async def test_a_host_and_its_range_must_be_granted_together(monkeypatch: pytest.MonkeyPatch, check: WayCheck) -> None:
    resolving(monkeypatch, "10.20.3.4")
    assert await refused(check)


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "168.63.129.16", "::1", "fe80::1", "0.0.0.0"])
async def test_no_grant_leads_a_probe_to_the_operators_own_machine(
    door: Door, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    resolving(monkeypatch, address)
    assert await refused(granted("0.0.0.0/0", "127.0.0.0/8", "169.254.0.0/16", "168.63.129.16/32"))
    assert door.came == []


async def test_a_name_is_resolved_once_and_its_owner_cannot_change_his_mind(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = resolving(monkeypatch, "10.0.0.4")
    finding = await examined(door.asker(connect_to={}))
    assert asked == [HOST]
    assert (finding.health, "private network" in finding.message) == (Health.UNKNOWN, True)
    assert door.came == []


async def test_a_gateways_own_address_is_connected_to_whatever_the_name_says(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolving(monkeypatch, "20.50.60.70")
    assert await addresses_of(HOST, 443, {}, Inside(at="20.50.60.70")) == [("20.50.60.70", 443)]
    assert asked == ["20.50.60.70"]


async def test_a_private_address_in_the_place_of_a_gateways_own_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "10.0.0.4")
    with pytest.raises(AddressRefused):
        await addresses_of(HOST, 443, {}, Inside(at="10.0.0.4"))
