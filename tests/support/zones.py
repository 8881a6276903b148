"""Zones on the real parts, one handle each: applied, waited for, looked at from both sides, and taken away.

Each zone has a domain of its own, so that what Azure was asked about it can be told apart, and an interval of a day, so that
it is looked at when something happened or when a test asks.
"""

import itertools
import json
from collections.abc import Iterable
from typing import Any

from loom.api.data_landing_zone import PRIVATE_SERVICES
from loom.dev.estate import estate_of
from support.cluster import Cluster
from support.running import Azure
from support.samples import apps_on_event_hubs, leave_gateways_out, sample, sample_plane
from support.wait import eventually

KIND, NAME = "DataLandingZone", "finance"
READY_WITHIN = 120.0
HUB, ZONES = (f"30000000-0000-4000-8000-{number:012d}" for number in (1, 2))  # the subscriptions of the samples
SERVICES = ("network", *PRIVATE_SERVICES, "eventGrid", "apps", "access")
OWNER = "csaloom-io-owner"

Json = dict[str, Any]
_networks = itertools.count()
_requests = itertools.count(1)


class LiveZone:
    """A zone `finance` in a namespace. `spec` is what was applied last."""

    def __init__(self, cluster: Cluster, azure: Azure, namespace: str, services: Iterable[str]) -> None:
        self.cluster, self.azure, self.namespace = cluster, azure, namespace
        self.object = _zone(namespace, set(services))

    @property
    def spec(self) -> Json:
        spec: Json = self.object["spec"]
        return spec

    @property
    def group(self) -> str:
        """The id of its resource group."""
        spec = self.spec
        name = f"rg-csa-loom-dlz-{spec['domain']}-prod-{spec['location']}"
        return f"/subscriptions/{spec['subscriptionId']}/resourceGroups/{name}"

    @property
    def mark(self) -> str:
        """What its resources carry in the tag `OWNER`."""
        return f"sandbox/{self.namespace}/{KIND}/{NAME}"

    # What a person does

    def apply(self, **spec: Any) -> None:
        """Applies it, with these fields changed; None takes one away."""
        self.object["spec"] = {name: value for name, value in {**self.spec, **spec}.items() if value is not None}
        self.cluster.apply(self.object)

    def look(self) -> None:
        """Asks for a look now, and returns when the operator has answered."""
        asked = f"request-{next(_requests)}"
        where = f"--namespace={self.namespace}"
        self.cluster.kubectl.run("annotate", "dlz", NAME, where, "--overwrite", f"{REQUESTED}={asked}")

        def answered() -> None:
            assert self.status.get("lastHandledReconcileAt") == asked, self.status.get("conditions")

        eventually(answered, 60.0)

    def delete(self) -> None:
        """Asks for its deletion."""
        self.cluster.delete(KIND, NAME, self.namespace)

    # What kubectl shows

    @property
    def status(self) -> Json:
        """Its status as it is now."""
        found: Json = self.cluster.get(KIND, NAME, self.namespace).get("status") or {}
        return found

    def condition(self, name: str) -> Json:
        """A condition of this generation."""
        return self.cluster.condition(KIND, NAME, self.namespace, name)

    def becomes_ready(self, within: float = READY_WITHIN) -> Json:
        """Waits for Ready of this generation, and returns the status."""

        def ready() -> Json:
            found = self.condition("Ready")
            assert found["status"] == "True", f"{found['reason']}: {found['message']}"
            return self.status

        return eventually(ready, within)

    def says(self, condition: str, reason: str, within: float = 60.0) -> str:
        """Waits until a condition of this generation has a reason, and returns its message."""

        def said() -> str:
            found = self.condition(condition)
            assert found["reason"] == reason, f"{found['reason']}: {found['message']}"
            return str(found["message"])

        return eventually(said, within)

    def goes(self, within: float = READY_WITHIN) -> None:
        """Waits until the object is gone."""

        def gone() -> None:
            assert not self.cluster.exists(KIND, NAME, self.namespace), self.status.get("conditions")

        eventually(gone, within)

    def events(self, reason: str) -> list[str]:
        """The messages of its Kubernetes events with a reason."""
        told = json.loads(self.cluster.kubectl.run("get", "events", f"--namespace={self.namespace}", "--output=json"))
        return [event["message"] for event in told["items"] if event["reason"] == reason]

    # What is in Azure

    def resources(self) -> list[Json]:
        """Everything in its resource group, the group included."""
        there = self.azure.resources(self.group)
        return [found for found in there if _is_within(found["id"], self.group)]

    def one(self, arm_type: str) -> Json:
        """The one resource of a type in its group."""
        found = [item for item in self.resources() if item["type"].lower() == arm_type.lower()]
        assert len(found) == 1, f"{len(found)} of {arm_type}"
        return found[0]

    def asked(self, *methods: str) -> list[Json]:
        """What Azure was asked about it since the last reset of the counters: its group, and what bears its domain elsewhere."""
        name = f"-{self.spec['domain']}-"
        kept = self.azure.requests(last=5000)["last"]
        return [record for record in kept if name in record["path"].lower() and record["method"] in methods]

    def written(self) -> list[str]:
        """`<method> <path>` of every write about it that Azure accepted since the last reset."""
        writes = self.asked("PUT", "PATCH", "POST", "DELETE")
        return [f"{record['method']} {record['path']}" for record in writes if 200 <= record["status"] < 300]


REQUESTED = "csaloom.io/reconcile-requested-at"


class Zones:
    """The zones of one test; what it made is deleted at its end, and stays in Azure."""

    def __init__(self, cluster: Cluster, azure: Azure, namespace: str) -> None:
        self._cluster, self._azure, self._namespace = cluster, azure, namespace
        self._made: list[LiveZone] = []
        self._planes: list[str] = []

    def new(self, *services: str, namespace: str = "", **spec: Any) -> LiveZone:
        """A zone that is not applied yet: a group, and these services of the sample."""
        zone = LiveZone(self._cluster, self._azure, namespace or self._namespace, services)
        zone.object["spec"] |= spec
        self._made.append(zone)
        return zone

    def ready(self, *services: str, **spec: Any) -> LiveZone:
        """A zone that is Ready."""
        zone = self.new(*services, **spec)
        zone.apply()
        zone.becomes_ready()
        return zone

    def plane(self, subscription: str = "", hub: str = "") -> Json:
        """A plane of the test's own, named after the namespace, applied: it grants this namespace what the sample's grants.

        `subscription` is the one that zones may be in, `hub` the one that the plane itself is in; both are made.
        """
        text = json.dumps(sample_plane())
        for theirs, ours in ((ZONES, subscription), (HUB, hub)):
            if ours:
                text = text.replace(theirs, ours)
                self._azure.simulator.call("POST", "/sim/subscriptions", {"id": ours})
        if hub:  # these names are unique in the world
            own = self._namespace.replace("-", "")
            text = text.replace("acrloom", f"acrloom{own}").replace("apim-csa-loom", f"apim-csa-loom-{own}")
        plane: Json = json.loads(text)
        plane["metadata"]["name"] = self._namespace
        plane["spec"]["interval"] = "24h"
        plane["spec"]["grants"][0]["namespaces"] = {"matchNames": [self._namespace]}
        if hub:
            self._azure.simulator.place(estate_of(plane))
        self._cluster.apply(plane)
        self._planes.append(self._namespace)
        return plane

    def clear(self) -> None:
        """Asks for the deletion of everything made."""
        for zone in self._made:
            if self._cluster.exists(KIND, NAME, zone.namespace):
                zone.delete()
        for plane in self._planes:
            self._cluster.delete("AdminPlane", plane)


def _zone(namespace: str, services: set[str]) -> Json:
    """The sample zone with a domain and addresses of its own, and no service but these; all but the group need a network."""
    zone = sample(KIND)
    zone["metadata"] |= {"namespace": namespace, "name": NAME}
    spec = zone["spec"]
    spec |= {"domain": namespace, "interval": "24h"}
    number = next(_networks)
    spec["network"] = {"addressSpace": f"10.{128 + number // 16}.{number % 16 * 16}.0/20"}
    for service in SERVICES:
        if service not in services and not (service == "network" and services):
            spec.pop(service, None)
    spec.pop("kusto", None)  # its cluster is another's
    if "apps" in services:
        spec["apps"] = apps_on_event_hubs()
        leave_gateways_out(spec)
    else:
        spec.pop("accessPaths", None)  # they lead to an app
    return zone


def _is_within(arm_id: str, group: str) -> bool:
    return arm_id.lower() == group.lower() or arm_id.lower().startswith(f"{group.lower()}/")
