"""Whether the plane's cloud has what a zone asks for. What each cloud lacks: `loom.plan.clouds.ABSENT`."""

from loom.errors import Refusal
from loom.plan.clouds import ABSENT
from loom.plan.zone.site import Site


def check_offered(site: Site) -> None:
    """Refuse the first field that asks for what the cloud has not."""
    for absence in ABSENT[site.plane.cloud]:
        if site.spec.value_at(absence.field) is not None:
            raise Refusal("NotAvailable", f"spec.{absence.field}: {absence.why} in {site.plane.cloud}; leave it out")
