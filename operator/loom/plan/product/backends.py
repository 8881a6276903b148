"""What stands behind a product's APIs, as resources: addresses, what they are read from, and the keys and identities that they are shown.

Addresses of Azure's own things are what Azure reports for them, never what a spec says. A key stays in its vault: the service reads it
through a named value of ours. An identity's token is only ever shown to what the plan itself found the address of.
"""

from collections.abc import Iterator

from isodate import duration_isoformat

from loom.api.admin_plane import Cloud
from loom.api.api_backend import Backend, KeyHolder
from loom.api.circuit_breaker import CircuitBreaker, StatusRange
from loom.errors import Refusal
from loom.plan.arm_id import name_of
from loom.plan.clouds import SUFFIXES
from loom.plan.product.host_keys import host_key, secret_version
from loom.plan.product.place import APIS_IMPORTED, SERVICE, Place
from loom.plan.resource import Mode, Resource
from loom.plan.values import Ref, Text, Value

MODELS_AUDIENCE = {
    Cloud.AZURE_CLOUD: "https://cognitiveservices.azure.com",
    Cloud.AZURE_US_GOVERNMENT: "https://cognitiveservices.azure.us",
    Cloud.AZURE_CHINA_CLOUD: "https://cognitiveservices.azure.cn",
}
"""For whom a token opens a model (Azure docs: Authenticate and authorize access to LLM APIs; for the other clouds their endpoints)."""

_FAILURES = (StatusRange(min=429, max=429), StatusRange(min=500, max=599))


def backend_key(name: str) -> str:
    """The plan's key of a backend."""
    return f"backend/{name}"


def backends(place: Place) -> Iterator[Resource]:
    """Every backend with what it needs, single ones before the pools that hold them. Raises `Refusal`."""
    for backend in sorted(place.spec.all_backends, key=lambda one: one.pool is not None):
        before = [SERVICE]
        for needed in _needed(place, backend):
            yield needed
            before.append(needed.key)
        if backend.pool:
            before += [backend_key(member.backend) for member in backend.pool]
        yield Resource(
            key=backend_key(backend.name),
            id=place.backend(backend.name),
            body={"properties": _pool(place, backend) if backend.pool else _single(place, backend)},
            depends_on=tuple(before),
            condition=APIS_IMPORTED,
        )


def address(place: Place, name: str) -> Value:
    """Where a backend is; of a pool, where its first member is. Raises `Refusal` for one that does not exist."""
    backend = place.find_backend(name)
    match next(backend.kinds()):
        case ("containerApp", app):
            return Text(
                f"https://{{}}{app.path or ''}", (Ref(_target_key(name), "properties.configuration.ingress.fqdn"),)
            )
        case ("functionApp", function):
            return Text(f"https://{{}}{function.prefix}", (Ref(_target_key(name), "properties.defaultHostName"),))
        case ("model", model) if model.azure_open_ai:
            return Text("{}openai", (Ref(_target_key(name), "properties.endpoint"),))
        case ("model", model):
            return str(model.compatible.url)
        case ("pool", members):
            return address(place, members[0].backend)
        case (_, url):
            return str(url)


def audience(place: Place, name: str) -> str:
    """For whom a token of the service's identity is shown to a backend; "" for none. Raises `Refusal` where members of a pool differ."""
    backend = place.find_backend(name)
    if backend.pool:
        wanted = {audience(place, member.backend) for member in backend.pool}
        if len(wanted) > 1:
            raise Refusal(
                "InvalidSpec",
                f"spec.backends: the members of pool {name} are shown different tokens, or some of them none; give those that are "
                "alike a pool of their own",
            )
        return wanted.pop()
    if backend.function_app:
        return backend.function_app.audience or ""
    return MODELS_AUDIENCE[place.cloud] if backend.model and backend.model.azure_open_ai else ""


def _needed(place: Place, backend: Backend) -> Iterator[Resource]:
    """What a backend's address is read from, and what opens it."""
    match next(backend.kinds()):
        case ("containerApp", app):
            yield _target(backend, app.id) if app.id else _target(backend, place.app(app.app or ""), place.zone_mark)
        case ("functionApp", function):
            yield _target(backend, function.id)
        case ("model", model) if model.azure_open_ai:
            yield _target(backend, model.azure_open_ai.id)
    if backend.own_key:
        yield from host_key(place, backend, _target_key(backend.name))
        yield _key(place, backend.name, secret_version(backend))
    for holder in backend.key_refs():
        yield _key(place, backend.name, _secret_uri(place, holder))


def _target(backend: Backend, arm_id: str, whose: str = "") -> Resource:
    """`whose`: what its zone says to be its own may be another's, until the thing itself bears it out."""
    return Resource(_target_key(backend.name), arm_id, mode=Mode.EXISTING, condition=APIS_IMPORTED, whose=whose)


def _target_key(name: str) -> str:
    return f"target/{name}"


def _key_name(place: Place, backend: str) -> str:
    return place.name(f"key-{backend}")


def _secret_uri(place: Place, holder: KeyHolder) -> str:
    """Where the newest version of a key is. The vault's host is computed, never taken from a spec."""
    vault = name_of(holder.key_vault.id).lower()
    return f"https://{vault}.{SUFFIXES[place.cloud].vaults}/secrets/{holder.key_vault.secret_name}"


def _key(place: Place, backend: str, secret: Value) -> Resource:
    """A named value that the service reads from a vault, and keeps in step with it where `secret` (its URI) names no version."""
    name = _key_name(place, backend)
    return Resource(
        key=f"key/{backend}",
        id=f"{place.service}/namedValues/{name}",
        body={
            "properties": {
                "displayName": name,
                "secret": True,
                "keyVault": {"secretIdentifier": secret},
            }
        },
        depends_on=(SERVICE,),
        condition=APIS_IMPORTED,
    )


def _single(place: Place, backend: Backend) -> dict[str, Value]:
    properties: dict[str, Value] = {"url": address(place, backend.name), "protocol": "http"}
    if backend.tls:
        properties["tls"] = {
            "validateCertificateChain": backend.tls.validate_certificate_chain,
            "validateCertificateName": backend.tls.validate_certificate_name,
        }
    if backend.circuit_breaker:
        properties["circuitBreaker"] = {"rules": [_breaker(backend.circuit_breaker)]}
    named = f"{{{{{_key_name(place, backend.name)}}}}}"
    if backend.function_app and (backend.function_app.key or backend.function_app.key_ref):
        properties["credentials"] = {"header": {"x-functions-key": [named]}}
    if backend.model and backend.model.compatible:
        properties["credentials"] = {"authorization": {"scheme": "Bearer", "parameter": named}}
    return properties


def _breaker(breaker: CircuitBreaker) -> dict[str, Value]:
    return {
        "name": "breaker",
        "failureCondition": {
            "count": breaker.failures,
            "interval": duration_isoformat(breaker.interval),
            "statusCodeRanges": [{"min": one.min, "max": one.max} for one in breaker.statuses or _FAILURES],
        },
        "tripDuration": duration_isoformat(breaker.trip_duration),
        "acceptRetryAfter": breaker.accept_retry_after,
    }


def _pool(place: Place, backend: Backend) -> dict[str, Value]:
    """Members exist and are no pools: the service refuses both (Azure docs: Backends)."""
    services: list[Value] = []
    for member in backend.pool or ():
        if place.find_backend(member.backend).pool:
            raise Refusal(
                "InvalidSpec",
                f"spec.backends: {member.backend} is a pool, and cannot be a member of pool {backend.name}",
            )
        given = {"weight": member.weight, "priority": member.priority}
        services.append(
            {"id": place.backend(member.backend), **{name: value for name, value in given.items() if value}}
        )
    return {"type": "Pool", "pool": {"services": services}}
