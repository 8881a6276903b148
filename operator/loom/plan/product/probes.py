"""How an API is seen to answer: one safe call at the gateway, with a subscription of the operator's own that reaches that API only."""

from collections.abc import Iterator

from loom.api.api_apis import Api, Scheme
from loom.errors import Refusal
from loom.plan.checks import GatewayCheck
from loom.plan.product.imports import import_of
from loom.plan.product.place import GATEWAY_REACHABLE, SERVICE, Place
from loom.plan.resource import Resource
from loom.plan.values import Ref, Text

_NAMED = 5


def probe_key(api: Api) -> str:
    """The plan's key of the subscription that an API is probed with."""
    return f"probe/{api.name}"


def subscriptions(place: Place) -> Iterator[Resource]:
    """A subscription for each API that is probed: nobody but the operator ever has its key."""
    for api in place.spec.apis:
        if api.probe is not None:
            yield Resource(
                key=probe_key(api),
                id=f"{place.service}/subscriptions/{place.name(f'probe-{api.name}')}",
                body={
                    "properties": {
                        "scope": place.api(api.name),
                        "displayName": f"Probe of {api.name} in {place.owner.namespace}/{place.owner.name}",
                        "state": "active",
                    }
                },
                depends_on=(f"api/{api.name}",),
                condition=GATEWAY_REACHABLE,
            )


def checks(place: Place) -> Iterator[GatewayCheck]:
    """The calls. Raises `Refusal` for one that is not safe."""
    for api in place.spec.apis:
        if api.probe is not None:
            path = _path(place, api, api.probe.operation)
            if path is None:
                continue
            address, headers = _address(place, api, path)
            url = Text("{}/" + address, (Ref(SERVICE, "properties.gatewayUrl"),))
            caller = probe_key(api)
            yield GatewayCheck(caller, url, GATEWAY_REACHABLE, api.probe.expect, caller, headers)


def _path(place: Place, api: Api, operation: str) -> str | None:
    """Where it is called; None while nobody knows what the API has."""
    document = import_of(place, api, api.current).document
    if document is None:
        return None
    safe = document.safe
    if operation not in safe:
        names = ", ".join(sorted(safe)[:_NAMED]) or "none"
        raise Refusal(
            "InvalidSpec",
            f"spec.apis[{api.name}].probe: {operation} is no GET of the document that can be called without parameters; "
            f"those are: {names}",
        )
    return safe[operation]


def _address(place: Place, api: Api, path: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Where the version of the API is called, and the header that names it, if one does."""
    whole = f"{api.path}{path}"
    if api.version is None or api.version.name is None:
        return whole, ()
    versions = next(one for one in place.spec.version_sets if one.name == api.version.set_name)
    if versions.scheme is Scheme.SEGMENT:
        return f"{api.path}/{api.version.name}{path}", ()
    if versions.scheme is Scheme.QUERY:
        return f"{whole}?{versions.query}={api.version.name}", ()
    return whole, ((str(versions.header), api.version.name),)
