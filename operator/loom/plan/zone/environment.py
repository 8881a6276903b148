"""Where the zone's apps run: a Container Apps environment."""

from collections.abc import Iterator

from loom.api.zone.network import APPS_SUBNET
from loom.plan.resource import Resource
from loom.plan.zone.site import SERVICES_READY, Site

ENVIRONMENT = "environment"


def environment(site: Site) -> Iterator[Resource]:
    """The Container Apps environment: internal, in its own delegated subnet."""
    if site.spec.apps is None:
        return
    yield Resource(
        key=ENVIRONMENT,
        id=site.environment,
        body={
            "location": site.location,
            "tags": dict(site.tags),
            "properties": {
                "vnetConfiguration": {"infrastructureSubnetId": site.subnet(APPS_SUBNET), "internal": True},
                "appLogsConfiguration": {"destination": "azure-monitor"},
                "workloadProfiles": [{"name": "Consumption", "workloadProfileType": "Consumption"}],
            },
        },
        depends_on=("group", f"subnet/{APPS_SUBNET}"),
        condition=SERVICES_READY,
    )
