"""Hosts that a backend may be at, whoever grants them, and hosts that none may."""

import pytest

from loom.plan.backends import host_of, host_within, refused


@pytest.mark.parametrize(
    "url", ["https://orders.contoso.com/v1", "https://app.happy-1.eastus2.azurecontainerapps.io", "https://20.1.2.3"]
)
def test_an_address_of_the_world_is_fine(url: str) -> None:
    assert refused(url) == ""


@pytest.mark.parametrize(
    "url",
    [
        "http://orders.contoso.com",
        "https://localhost",
        "https://localhost.",
        "https://orders",
        "https://kubernetes.default.svc",
        "https://metadata.google.internal",
        "https://127.0.0.1",
        "https://127.1",
        "https://2130706433",
        "https://0x7f000001",
        "https://127.0.0.0x1",
        "https://0177.0.0.1",
        "https://10.0.0.4",
        "https://172.31.0.1",
        "https://192.168.1.1",
        "https://100.64.0.1",
        "https://169.254.169.254/metadata",
        "https://168.63.129.16",
        "https://224.0.0.1",
        "https://0.0.0.0",
        "https://management.azure.com",
        "https://MANAGEMENT.azure.com.",
        "https://x.management.usgovcloudapi.net",
        "https://login.microsoftonline.com",
        "https://graph.microsoft.com",
        "https://apim.management.azure-api.net",
        "https://finance.vault.azure.net/secrets/x",
        "https://finance.vault.usgovcloudapi.net",
        "https://login.windows.net",
        "https://sts.windows.net",
        "https://graph.windows.net",
    ],
)
def test_an_address_that_would_lend_the_gateways_place_or_identity_is_refused(url: str) -> None:
    assert refused(url)


@pytest.mark.parametrize(
    ("host", "pattern", "fits"),
    [
        ("a.example.com", "*.example.com", True),
        ("a.b.example.com", "*.example.com", True),
        ("example.com", "*.example.com", False),
        ("evilexample.com", "*.example.com", False),
        ("example.com.evil.org", "*.example.com", False),
        ("example.com", "EXAMPLE.com", True),
        ("a.example.com", "example.com", False),
    ],
)
def test_a_pattern_with_a_star_is_every_host_below(host: str, pattern: str, fits: bool) -> None:
    assert host_within(host, pattern) is fits


def test_the_host_is_what_a_client_would_connect_to() -> None:
    assert host_of("https://Orders.Contoso.com.:8443/x") == "orders.contoso.com"
