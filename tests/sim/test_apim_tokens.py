"""Whom the simulated gateway lets in: tokens of the directory and of other providers, and certificates."""

from __future__ import annotations

import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from loom.sim.entra.tokens import KEY_ID

from .apim_bench import Bench

Json = dict[str, Any]
URL = "/finance/orders/orders"


def token(bench: Bench, audience: str = "api://orders") -> str:
    world = bench.azure.world
    return world.tokens.issue(world.operator, audience, "https://login.microsoftonline.com")


def shown(text: str) -> dict[str, str]:
    return {"authorization": f"Bearer {text}"}


def entra(
    bench: Bench, tenant: str = "", inside: str = "<audiences><audience>api://orders</audience></audiences>"
) -> None:
    tenant = tenant or bench.azure.world.directory.tenant
    policy = f'<validate-azure-ad-token tenant-id="{tenant}">{inside}</validate-azure-ad-token>'
    assert bench.policy("/apis/orders", policy).status == 201


def test_a_token_of_the_directory_opens_and_its_lack_does_not(bench: Bench, key: str) -> None:
    entra(bench)
    missing = bench.ask(URL, key=key)
    assert (missing.status, missing.body["message"]) == (401, "JWT not present.")
    assert bench.ask(URL, key=key, headers=shown(token(bench))).status == 200
    assert bench.ask(URL, key=key, headers={"authorization": f"Basic {token(bench)}"}).status == 401


def test_a_token_that_somebody_else_signed_opens_nothing(bench: Bench, key: str) -> None:
    entra(bench)
    claims = jwt.decode(token(bench), options={"verify_signature": False})
    forged = jwt.encode(claims, rsa.generate_private_key(65537, 2048), algorithm="RS256", headers={"kid": KEY_ID})
    unsigned = jwt.encode(claims, "", algorithm="none")
    symmetric = jwt.encode(claims, "x" * 40, algorithm="HS256")
    for bad in (forged, unsigned, symmetric, "nonsense"):
        answer = bench.ask(URL, key=key, headers=shown(bad))
        assert (answer.status, answer.body["message"]) == (401, "Invalid JWT.")


@pytest.mark.parametrize(
    ("tenant", "inside", "status"),
    [
        ("", "<audiences><audience>api://other</audience></audiences>", 401),
        ("", "<audiences><audience>api://other</audience><audience>api://orders</audience></audiences>", 200),
        ("88888888-8888-4888-8888-888888888888", "", 401),
        ("organizations", "", 200),
        ("", "<client-application-ids><application-id>nobody</application-id></client-application-ids>", 401),
        ("", '<required-claims><claim name="idtyp" match="all"><value>app</value></claim></required-claims>', 200),
        ("", '<required-claims><claim name="idtyp" match="all"><value>user</value></claim></required-claims>', 401),
        (
            "",
            '<required-claims><claim name="idtyp" match="any"><value>user</value><value>app</value></claim></required-claims>',
            200,
        ),
        ("", '<required-claims><claim name="roles" match="any"><value>reader</value></claim></required-claims>', 401),
    ],
)
def test_tenant_audience_application_and_claims_decide(
    bench: Bench, key: str, tenant: str, inside: str, status: int
) -> None:
    entra(bench, tenant, inside)
    assert bench.ask(URL, key=key, headers=shown(token(bench))).status == status


def provider(bench: Bench, url: str, inside: str = "") -> None:
    policy = f'<validate-jwt header-name="Authorization"><openid-config url="{url}" />{inside}</validate-jwt>'
    assert bench.policy("/apis/orders", policy).status == 201


def test_a_provider_is_believed_by_its_own_keys(bench: Bench, key: str) -> None:
    own = rsa.generate_private_key(65537, 2048)
    public: Json = {"kid": "one"}
    public |= json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(own.public_key()))
    bench.azure.door("POST", "/sim/issuers", {"issuer": "https://id.example", "jwks": {"keys": [public]}})
    provider(bench, "https://id.example/.well-known/openid-configuration")
    claims: Json = {"iss": "https://id.example", "aud": "a", "exp": time.time() + 600}
    made: list[Json] = [{}, {"iss": "https://other.example"}, {"exp": time.time() - 600}]
    answers = [
        bench.ask(
            URL, key=key, headers=shown(jwt.encode({**claims, **other}, own, algorithm="RS256", headers={"kid": "one"}))
        )
        for other in made
    ]
    assert [answer.status for answer in answers] == [200, 401, 401]
    assert bench.ask(URL, key=key, headers=shown(token(bench))).status == 401


def test_the_directory_is_a_provider_too(bench: Bench, key: str) -> None:
    provider(bench, "https://login.microsoftonline.com/x/v2.0/.well-known/openid-configuration")
    assert bench.ask(URL, key=key, headers=shown(token(bench))).status == 200
    assert bench.ask(URL, key=key).status == 401


def test_a_provider_that_nobody_knows_is_the_gateways_failure(bench: Bench, key: str) -> None:
    provider(bench, "https://id.example/.well-known/openid-configuration")
    assert bench.ask(URL, key=key, headers=shown(token(bench))).status == 500


def test_nobody_shows_a_certificate_here(bench: Bench, key: str) -> None:
    bench.policy(
        "/apis/orders",
        '<validate-client-certificate><identities><identity subject="a" /></identities></validate-client-certificate>',
    )
    assert bench.ask(URL, key=key).status == 403
