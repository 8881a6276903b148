"""What the operator plans for a manifest, worked out beside it: for floors that speak of dependencies."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from loom.dev.loom_operator import INSTALLATION
from loom.plan.context import Context, Zone
from loom.plan.kinds import KINDS
from loom.plan.ownership import Owner
from loom.plan.resource import Plan

Manifest = Mapping[str, Any]


def plan_of(
    manifest: Manifest, plane: Manifest, zone: Manifest | None = None, documents: Mapping[str, str] | None = None
) -> Plan:
    """The plan of a zone that is alone on its plane and runs the plane's apps, or of a product on such a zone.

    `documents`: texts of OpenAPI documents by `<configMap>/<key>`.
    """
    kind, metadata = KINDS[manifest["kind"]], manifest["metadata"]
    owner = Owner(INSTALLATION, metadata["namespace"], kind.name, metadata["name"])
    spec = KINDS["AdminPlane"].parse(plane)
    context = Context(
        owner, uid=metadata["name"], plane_name=plane["metadata"]["name"], plane=spec, documents=documents or {}
    )
    if spec.apps is not None:
        context = replace(context, release=spec.apps.version)
    if zone is not None:
        place = zone["metadata"]
        known = Zone(place["namespace"], place["name"], KINDS["DataLandingZone"].parse(zone))
        context = replace(context, zone=known)
    return kind.plan(kind.parse(manifest), context)
