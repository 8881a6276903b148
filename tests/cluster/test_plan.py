"""`loom plan` as a program beside the operator: what it says of objects that have converged, and that it writes nothing anywhere."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from loom.dev.loom_operator import write_operator_config
from support.cluster import Cluster
from support.running import Azure, RunningOperator
from support.samples import TESTERS, sample_plane, sample_product
from support.wait import eventually
from support.zones import LiveZone, Zones

Json = dict[str, Any]
ACCOUNT = "Microsoft.Storage/storageAccounts"


@dataclass
class Estate:
    """A zone with storage and a product on it, both Ready, and their files."""

    zone: LiveZone
    product: Json
    cluster: Cluster
    azure: Azure
    home: Path

    def plan(self, *objects: Json, user: str = "admin", secret: str = "", config: str = "") -> "Plan":
        """What `loom plan -f` of these objects says, with a person's kubeconfig and a client secret of theirs."""
        file, settings = self.home / "objects.yaml", self.home / "config.yaml"
        file.write_text(yaml.safe_dump_all(objects))
        write_operator_config(settings, self.azure.simulator, **(yaml.safe_load(config) if config else {}))
        env = {name: value for name, value in os.environ.items() if not name.startswith(("LOOM_", "AZURE_", "KUBE"))}
        env |= {
            "KUBECONFIG": str(self.cluster.control_plane.kubeconfig(user)),
            "LOOM_CONFIG": str(settings),
            "AZURE_CLIENT_SECRET": secret or self.azure.simulator.client_secret,
        }
        command = [sys.executable, "-P", "-m", "loom", "plan", f"--filename={file}"]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)
        return Plan(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True)
class Plan:
    """How the program ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def changes(self) -> list[str]:
        """The lines that speak of a change."""
        return [
            line.strip() for line in self.out.splitlines() if line.strip().startswith(("+ ", "~ ", "- ", "! ", "? "))
        ]


@pytest.fixture(scope="module")
def estate(
    api_server: Cluster,
    simulated_azure: Azure,
    installed_operator: RunningOperator,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Estate]:
    installed_operator.start()
    namespace = api_server.new_namespace(TESTERS, prefix="plan")
    zones = Zones(api_server, simulated_azure, namespace)
    zone = zones.new("storage")
    product = sample_product(namespace)
    product["spec"]["interval"] = "24h"
    api_server.apply(zone.object, product)
    zone.becomes_ready()

    def ready() -> None:
        found = api_server.condition("ApiProduct", "orders", namespace, "Ready")
        assert found["status"] == "True", f"{found['reason']}: {found['message']}"

    eventually(ready, 120.0)
    yield Estate(zone, product, api_server, simulated_azure, tmp_path_factory.mktemp("plan"))
    api_server.delete("ApiProduct", "orders", namespace)
    zones.clear()


def edited(obj: Json, edit: Callable[[Json], Any]) -> Json:
    """A copy of an object whose spec was edited in its file."""
    copy: Json = json.loads(json.dumps(obj))
    edit(copy["spec"])
    return copy


def asked_of_kubernetes(cluster: Cluster) -> set[str]:
    """The verbs of everything that plans have asked of the API server as the administrator, out of its audit log."""
    entries = [json.loads(line) for line in cluster.control_plane.audit_log.read_text().splitlines()]
    plans = [
        entry for entry in entries if entry["userAgent"] == "loom-operator" and entry["user"]["username"] == "admin"
    ]
    return {entry["verb"] for entry in plans}


def test_what_has_converged_plans_no_changes_the_document_that_azure_never_shows_included(
    cluster: Cluster, estate: Estate
) -> None:
    plan = estate.plan(estate.zone.object, estate.product, sample_plane())
    assert (plan.code, plan.changes) == (0, []), plan.out + plan.err
    assert plan.out.splitlines()[-1].startswith("No changes. ")
    assert "warning" not in plan.out
    assert plan.err == ""


def test_an_edited_file_plans_exactly_the_fields_that_it_changes(cluster: Cluster, estate: Estate) -> None:
    zone = edited(estate.zone.object, lambda spec: spec["storage"].update(softDeleteDays=14))
    plan = estate.plan(zone, estate.product)
    account = estate.zone.one(ACCOUNT)["name"]
    assert plan.code == 2
    assert plan.changes == [
        f"~ {ACCOUNT}/blobServices {account}/default",
        "~ properties.deleteRetentionPolicy.days: 30 -> 14",
        "~ properties.containerDeleteRetentionPolicy.days: 30 -> 14",
    ]
    assert plan.out.splitlines()[-1].startswith("Plan: 0 to create, 1 to update, 0 to delete, 0 blocked; ")


def test_an_edited_document_is_shown_as_the_lines_that_differ(cluster: Cluster, estate: Estate) -> None:
    def edit(spec: Json) -> None:
        source = spec["apis"][0]["revisions"][0]["source"]["openapi"]
        source["inline"] = source["inline"].replace("summary: One order", "summary: An order by its id")

    plan = estate.plan(edited(estate.product, edit))
    assert plan.code == 2
    assert plan.changes[1:] == [
        "~ properties.value:",
        "-       summary: One order",
        "+       summary: An order by its id",
    ]


def test_what_somebody_changed_in_azure_is_shown_and_what_the_zone_does_not_declare_is_not(
    cluster: Cluster, estate: Estate
) -> None:
    account = estate.zone.one(ACCOUNT)
    estate.azure.edit(account["id"], {"properties": {"minimumTlsVersion": "TLS1_0"}, "tags": {"theirs": "yes"}})
    plan = estate.plan(estate.zone.object)
    estate.azure.edit(account["id"], {"properties": {"minimumTlsVersion": "TLS1_2"}})
    assert plan.code == 2
    assert plan.changes == [
        f"~ {ACCOUNT} {account['name']}",
        '~ properties.minimumTlsVersion: "TLS1_0" -> "TLS1_2"',
    ]


def test_what_a_file_leaves_out_is_deleted_and_what_holds_data_stays(cluster: Cluster, estate: Estate) -> None:
    zone = edited(estate.zone.object, lambda spec: spec.pop("storage"))
    plan = estate.plan(zone)
    assert plan.code == 2
    deleted = [change for change in plan.changes if change.startswith("- ")]
    assert any("Microsoft.Network/privateEndpoints pe-" in change for change in deleted)
    assert not any(change.startswith(f"- {ACCOUNT} ") for change in deleted)
    account = estate.zone.one(ACCOUNT)["name"]
    assert f"= storage/{account} is kept: " in plan.out
    assert "name it in spec.deleteData to let it go" in plan.out


def test_a_new_object_is_planned_with_what_the_cluster_and_azure_know(cluster: Cluster, estate: Estate) -> None:
    product = edited(estate.product, lambda spec: spec["apis"][0].update(path=f"finance/{estate.zone.namespace}/next"))
    product["metadata"]["name"] = "next"
    taken = estate.plan(product)
    assert taken.code == 1
    assert f"by the ApiProduct {estate.zone.namespace}/orders; give the product another name" in taken.err
    plan = estate.plan(edited(product, lambda spec: spec.update(displayName=f"Next of {estate.zone.namespace}")))
    assert plan.code == 2
    assert {change[0] for change in plan.changes} == {"+"}
    assert "0 to update, 0 to delete, 0 blocked; 2 unchanged" in plan.out  # the first product's tags serve this one too


def test_a_change_that_the_api_server_would_refuse_is_refused_with_file_and_field(
    cluster: Cluster, estate: Estate
) -> None:
    plan = estate.plan(edited(estate.zone.object, lambda spec: spec.update(domain="other")))
    assert (plan.code, plan.out) == (1, "")
    assert (
        f"objects.yaml: DataLandingZone {estate.zone.namespace}/finance: spec.domain: domain cannot be changed"
        in plan.err
    )


def test_the_name_of_another_installation_is_found_out(cluster: Cluster, estate: Estate) -> None:
    plan = estate.plan(estate.zone.object, config="installation: elsewhere")
    assert (plan.code, plan.out) == (1, "")
    assert "marked by the installation sandbox, and this was planned as elsewhere" in plan.err
    assert "LOOM_INSTALLATION" in plan.err


def test_a_tenant_without_rights_is_told_which_one_is_missing(cluster: Cluster, estate: Estate) -> None:
    plan = estate.plan(estate.zone.object, user="tenant")
    assert (plan.code, plan.out) == (1, "")
    assert plan.err.startswith("The cluster does not let you look: ")
    assert "cannot get resource" in plan.err
    assert len(plan.err.splitlines()) == 1


def test_azure_is_read_with_the_callers_own_credential(cluster: Cluster, estate: Estate) -> None:
    plan = estate.plan(estate.zone.object, secret="not-the-secret")
    assert (plan.code, plan.out) == (1, "")
    assert plan.err.startswith("Azure could not be read: ")
    assert "client secret" in plan.err


def test_nothing_is_written_in_kubernetes_or_in_azure(cluster: Cluster, estate: Estate) -> None:
    before = cluster.get("ApiProduct", "orders", estate.zone.namespace)["metadata"]["resourceVersion"]
    estate.azure.reset_counters()
    zone = edited(estate.zone.object, lambda spec: spec.update(costCenter="CC-1"))
    plan = estate.plan(zone, edited(estate.product, lambda spec: spec.update(displayName="Another name")))
    asked = estate.azure.requests(last=2000)["last"]
    mine = [record for record in asked if estate.zone.namespace in record["path"].lower()]
    assert plan.code == 2
    assert {record["method"] for record in mine} == {"GET"}
    assert asked_of_kubernetes(cluster) == {"get", "list"}
    assert cluster.get("ApiProduct", "orders", estate.zone.namespace)["metadata"]["resourceVersion"] == before
