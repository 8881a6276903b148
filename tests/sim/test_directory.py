from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from loom.sim.app import serve
from loom.sim.wire import Request, Response
from support.simulator import Simulator

from .shapes import GROUPS

ISSUER, SUBJECT = "https://oidc.example/cluster", "system:serviceaccount:loom:operator"


def ask(azure: Simulator, tenant: str = "", **form: str) -> Response:
    values = {
        "grant_type": "client_credentials",
        "client_id": azure.client_id,
        "scope": "https://localhost/.default",
        **form,
    }
    body = urlencode(values).encode()
    return serve(azure.world, Request("POST", f"/{tenant or azure.tenant_id}/oauth2/v2.0/token", body=body))


def assertion(key: rsa.RSAPrivateKey, **claims: Any) -> dict[str, str]:
    whole = {"iss": ISSUER, "sub": SUBJECT, "aud": "api://AzureADTokenExchange", "exp": time.time() + 600, **claims}
    token = jwt.encode(whole, key, algorithm="RS256", headers={"kid": "1"})
    return {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": token,
    }


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def federate(azure: Simulator) -> None:
    azure.door("POST", "/sim/principals", {"name": "operator", "federated": [{"issuer": ISSUER, "subject": SUBJECT}]})


def test_a_secret_buys_a_token_that_arm_accepts(azure: Simulator) -> None:
    answer = ask(azure, client_secret=azure.client_secret)
    headers = {"authorization": f"Bearer {answer.body['access_token']}"}
    listed = serve(azure.world, Request.of("GET", f"/subscriptions?api-version={GROUPS}", headers=headers))
    assert answer.body["token_type"] == "Bearer"
    assert [item["subscriptionId"] for item in listed.body["value"]] == [
        azure.subscription_id,
        azure.second_subscription_id,
    ]


@pytest.mark.parametrize(
    ("form", "number"),
    [
        ({"client_secret": "wrong"}, 7000215),
        ({"client_secret": "x", "client_id": "00000000-0000-0000-0000-00000000dead"}, 700016),
        ({}, 7000218),
        ({"grant_type": "password"}, 70003),
        ({"client_secret": "simulated-secret-of-the-operator", "scope": "https://management.azure.com/user"}, 1002012),
    ],
)
def test_what_proves_nothing_is_refused_with_its_aadsts_number(
    azure: Simulator, form: dict[str, str], number: int
) -> None:
    answer = ask(azure, **form)
    assert answer.status in (400, 401)
    assert answer.body["error_codes"] == [number]
    assert answer.body["error_description"].startswith(f"AADSTS{number}: ")


def test_a_foreign_tenant_is_refused(azure: Simulator) -> None:
    assert ask(azure, "99999999-0000-0000-0000-000000000000", client_secret=azure.client_secret).body[
        "error_codes"
    ] == [90002]


def test_a_secret_expires_with_simulated_time(azure: Simulator) -> None:
    azure.door("POST", "/sim/principals", {"name": "operator", "secret": "short", "secretLife": 100})
    assert ask(azure, client_secret="short").status == 200
    azure.advance(101)
    assert ask(azure, client_secret="short").body["error_codes"] == [7000222]


def test_a_federated_assertion_buys_a_token(azure: Simulator, key: rsa.RSAPrivateKey) -> None:
    federate(azure)
    assert ask(azure, **assertion(key)).status == 200


@pytest.mark.parametrize(
    ("claims", "number"),
    [({"iss": "https://other"}, 700211), ({"sub": "other"}, 700213), ({"aud": "other"}, 700212), ({"exp": 1}, 700024)],
)
def test_an_assertion_that_does_not_match_is_refused(
    azure: Simulator, key: rsa.RSAPrivateKey, claims: dict[str, Any], number: int
) -> None:
    federate(azure)
    assert ask(azure, **assertion(key, **claims)).body["error_codes"] == [number]


def test_an_assertion_of_a_known_issuer_must_carry_its_signature(azure: Simulator, key: rsa.RSAPrivateKey) -> None:
    federate(azure)
    public = {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": "1", "alg": "RS256"}
    azure.door("POST", "/sim/issuers", {"issuer": ISSUER, "jwks": {"keys": [public]}})
    forger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert ask(azure, **assertion(key)).status == 200
    assert ask(azure, **assertion(forger)).body["error_codes"] == [700027]


def test_requests_without_a_good_token_are_401_with_a_challenge(azure: Simulator) -> None:
    path = f"/subscriptions/{azure.subscription_id}?api-version={GROUPS}"
    bare = serve(azure.world, Request.of("GET", path))
    forged = serve(azure.world, Request.of("GET", path, headers={"authorization": "Bearer nonsense"}))
    wrong = azure.world.tokens.issue(azure.world.operator, "https://storage.azure.com", "https://localhost")
    other = serve(azure.world, Request.of("GET", path, headers={"authorization": f"Bearer {wrong}"}))
    assert [bare.status, forged.status, other.status] == [401, 401, 401]
    assert bare.body["error"]["code"] == "AuthenticationFailed"
    assert forged.body["error"]["code"] == "InvalidAuthenticationToken"
    assert other.body["error"]["code"] == "InvalidAuthenticationTokenAudience"
    assert bare.headers["WWW-Authenticate"].startswith("Bearer ")


def test_an_expired_token_is_refused(azure: Simulator) -> None:
    azure.door("PATCH", "/sim/settings", {"token_lifetime": -10})
    token = azure.world.tokens.issue(azure.world.operator, "https://management.azure.com", "https://localhost")
    headers = {"authorization": f"Bearer {token}"}
    answer = serve(azure.world, Request.of("GET", f"/subscriptions?api-version={GROUPS}", headers=headers))
    assert answer.body["error"]["code"] == "ExpiredAuthenticationToken"


def test_clients_discover_the_cloud_by_its_documents(azure: Simulator) -> None:
    def get(path: str) -> Any:
        return serve(azure.world, Request.of("GET", path)).body

    openid = get(f"/{azure.tenant_id}/v2.0/.well-known/openid-configuration")
    assert openid["token_endpoint"] == f"https://localhost/{azure.tenant_id}/oauth2/v2.0/token"
    assert get(f"/{azure.tenant_id}/discovery/v2.0/keys")["keys"][0]["kty"] == "RSA"
    assert get("/common/discovery/instance?api-version=1.1")["tenant_discovery_endpoint"].startswith(
        "https://localhost/"
    )
    newest = get("/metadata/endpoints?api-version=2022-09-01")
    assert (newest["resourceManager"], newest["authentication"]["loginEndpoint"]) == (
        "https://localhost/",
        "https://localhost",
    )
    assert (
        get("/metadata/endpoints?api-version=2019-05-01")[0]["authentication"]["loginEndpoint"] == "https://localhost/"
    )
    assert get("/metadata/endpoints?api-version=2015-01-01")["authentication"]["audiences"] == ["https://localhost"]
