"""Telemetry of a product's APIs: a logger on the admin plane's Application Insights, and a diagnostic for each API.

Headers and bodies are told only where the spec asks for them, and what is not asked for is declared as empty: somebody who turns it on by
hand is drift.
"""

from collections.abc import Iterator

from loom.api.admin_plane import AdminPlaneSpec
from loom.api.api_apis import Api
from loom.api.api_diagnostics import Diagnostics
from loom.errors import Refusal
from loom.plan.product.place import SERVICE, Place
from loom.plan.resource import Mode, Resource
from loom.plan.values import Ref, Value

INSIGHTS, LOGGER = "plane/insights", "logger"


def diagnostics(place: Place, plane: AdminPlaneSpec, plane_name: str) -> Iterator[Resource]:
    """The logger and each API's diagnostic. Raises `Refusal` where the plane has nowhere to send telemetry to."""
    spec = place.spec.diagnostics
    if spec is None:
        return
    if plane.application_insights is None:
        raise Refusal(
            "NotInAdminPlane",
            f"AdminPlane {plane_name} has no spec.applicationInsights, where spec.diagnostics sends telemetry to; a cluster "
            "administrator can add it",
            wait=True,
        )
    yield Resource(INSIGHTS, plane.application_insights.id, mode=Mode.EXISTING)
    logger = f"{place.service}/loggers/{place.name('insights')}"
    yield Resource(
        key=LOGGER,
        id=logger,
        body={
            "properties": {
                "loggerType": "applicationInsights",
                "resourceId": plane.application_insights.id,
                "credentials": {"connectionString": Ref(INSIGHTS, "properties.ConnectionString")},
                "isBuffered": True,
            }
        },
        depends_on=(SERVICE, INSIGHTS),
    )
    for api in place.spec.apis:
        yield Resource(
            key=f"api-diagnostics/{api.name}",
            id=_diagnostic(place, api),
            body={"properties": _settings(spec, logger)},
            depends_on=(LOGGER, f"api/{api.name}"),
        )


def telemetry(place: Place) -> Iterator[str]:
    """The id of each API's diagnostic, which is there or not as the spec asks."""
    yield from (_diagnostic(place, api) for api in place.spec.apis)


def _diagnostic(place: Place, api: Api) -> str:
    return f"{place.api(api.name)}/diagnostics/applicationinsights"


def _settings(spec: Diagnostics, logger: str) -> dict[str, Value]:
    told: dict[str, Value] = {"headers": list(spec.headers), "body": {"bytes": spec.body_bytes}}
    both = {"request": told, "response": told}
    return {
        "loggerId": logger,
        "alwaysLog": "allErrors",
        "sampling": {"samplingType": "fixed", "percentage": spec.sampling_percent},
        "frontend": both,
        "backend": both,
        "httpCorrelationProtocol": "W3C",
        "verbosity": spec.verbosity.lower(),
        "logClientIp": spec.client_ip,
        "metrics": spec.metrics,
    }
