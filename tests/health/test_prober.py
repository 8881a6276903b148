"""The engine's prober: one finding for each check, and what could not be measured is UNKNOWN."""

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from loom.config import Probes, Settings
from loom.health.link import link
from loom.health.prober import ProberFactory
from loom.plan.checks import AppCheck, GatewayCheck, Health, LinkCheck, Passage
from loom.plan.values import Ref, Text, Unresolved, at
from support.apps import APP, Shelf, a_revision, an_app


def nothing_known(ref: Ref) -> Any:
    raise Unresolved(ref)


def knows(bodies: Mapping[str, Any]) -> Any:
    def lookup(ref: Ref) -> Any:
        if ref.key not in bodies:
            raise Unresolved(ref)
        return at(bodies[ref.key], ref.path)

    return lookup


async def test_findings_come_in_the_order_of_the_checks() -> None:
    factory = ProberFactory(Settings())
    peering = {"properties": {"peeringState": "Connected"}}
    prober = factory.for_object(Shelf({f"{APP}/revisions/r2": a_revision()}))
    checks = (
        LinkCheck("peering", "properties.peeringState", "Connected"),
        AppCheck("app"),
        LinkCheck("gone", "x", "y"),
    )
    findings = await prober.examine(checks, {"peering": peering, "app": an_app()}, nothing_known)
    assert [(f.key, f.health) for f in findings] == [
        ("peering", Health.HEALTHY),
        ("app", Health.HEALTHY),
        ("gone", Health.UNKNOWN),
    ]
    await factory.aclose()


async def test_an_app_that_cannot_be_read_is_unknown_with_the_cause() -> None:
    prober = ProberFactory(Settings()).for_object(Shelf({}))
    (finding,) = await prober.examine([AppCheck("app")], {"app": an_app()}, nothing_known)
    assert (finding.health, finding.reason, finding.message) == (
        Health.UNKNOWN,
        "NotMeasured",
        "could not be read: no right to read it",
    )


async def test_an_app_whose_body_was_not_read_in_this_pass_is_read() -> None:
    shelf = Shelf({APP: an_app(), f"{APP}/revisions/r2": a_revision()})
    (finding,) = (
        await ProberFactory(Settings()).for_object(shelf).examine([AppCheck("app")], {}, knows({"app": {"id": APP}}))
    )
    assert finding.health is Health.HEALTHY
    assert shelf.read == [APP, f"{APP}/revisions/r2"]


async def test_a_gateway_whose_address_is_not_known_yet_is_unknown() -> None:
    check = GatewayCheck("api", Text("{}/status", (Ref("service", "properties.gatewayUrl"),)))
    (finding,) = await ProberFactory(Settings()).for_object(Shelf({})).examine([check], {}, nothing_known)
    assert (finding.health, finding.reason) == (Health.UNKNOWN, "NotMeasured")


async def test_a_host_that_azure_did_not_report_is_not_asked() -> None:
    written = GatewayCheck("api", "https://attacker.example/status")
    mixed = GatewayCheck("api", Text("https://attacker.example/{}", (Ref("service", "name"),)))
    below = GatewayCheck("api", Text("https://{}", ("attacker.example",)))
    beyond = GatewayCheck("api", Text("https://{}.attacker.example/", (Ref("service", "name"),)))
    behind = GatewayCheck("api", Text("https://{}@attacker.example/", (Ref("service", "name"),)))
    prober = ProberFactory(Settings()).for_object(Shelf({}))
    findings = await prober.examine([written, mixed, below, beyond, behind], {}, knows({"service": {"name": "x"}}))
    assert {finding.message for finding in findings} == {"its address is not one that Azure reported"}
    assert {finding.health for finding in findings} == {Health.UNKNOWN}


async def test_a_gateway_at_a_private_address_is_asked_where_a_grant_allows_it_and_not_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def private(host: str, port: int, **_: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.20.0.4", port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", private)
    closed = GatewayCheck("api", Text("{}/status", (Ref("service", "properties.gatewayUrl"),)))
    opened = replace(closed, passages=(Passage(("*.azure-api.net",), ("10.20.0.0/16",)),))
    probers = ProberFactory(Settings(probes=Probes(timeout=0.05)))
    known = knows({"service": {"properties": {"gatewayUrl": "https://apim-inside.azure-api.net"}}})
    refused, asked = await probers.for_object(Shelf({})).examine([closed, opened], {}, known)
    await probers.aclose()
    assert "private network" in refused.message
    assert "private network" not in asked.message


def test_a_link_is_well_when_the_other_side_says_so() -> None:
    check = LinkCheck("endpoint", "properties.privateLinkServiceConnections.0.properties.status", "Approved")
    body = {"properties": {"privateLinkServiceConnections": [{"properties": {"status": "approved"}}]}}
    assert link(check, body).health is Health.HEALTHY


def test_a_link_that_waits_for_the_other_side_is_on_its_way() -> None:
    check = LinkCheck("peering/to-hub", "properties.peeringState", "Connected")
    finding = link(check, {"properties": {"peeringState": "Initiated"}})
    assert (finding.health, finding.message) == (Health.PENDING, "is Initiated: the other side has not accepted it yet")


def test_a_link_that_was_refused_or_cut_is_not_well() -> None:
    check = LinkCheck("peering/to-hub", "properties.peeringState", "Connected")
    finding = link(check, {"properties": {"peeringState": "Disconnected"}})
    assert (finding.health, finding.reason, finding.message) == (
        Health.UNHEALTHY,
        "Degraded",
        "is Disconnected where Connected is needed",
    )
