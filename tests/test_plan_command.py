"""`loom plan` at a terminal: what it prints, where, and how it ends. Against a cluster and Azure: tests/cluster/test_plan.py."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from loom.api.data_landing_zone import PRIVATE_SERVICES
from loom.cli import app
from loom.kube import connection
from support.samples import SAMPLES, sample, sample_product

Plan = Callable[..., Result]
Write = Callable[..., Path]

NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "domain-finance", "labels": {"a": "b"}}}
BARE_ZONE = """\
AdminPlane eastus2  (resource group rg-csa-loom-admin-eastus2)
  no changes

DataLandingZone domain-finance/finance  (resource group rg-csa-loom-dlz-finance-prod-eastus2)
  + Microsoft.Resources/resourceGroups rg-csa-loom-dlz-finance-prod-eastus2
      + location: "eastus2"
      + tags: {"CSA_Loom": "true", "Domain": "finance", "Environment": "Production", "Owner": "finance-data@conto…

Plan: 1 to create, 0 to update, 0 to delete, 0 blocked; 0 unchanged.
"""


@pytest.fixture(autouse=True)
def _nobody_signed_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("KUBECONFIG", "LOOM_CONFIG", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_FEDERATED_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LOOM_INSTALLATION", "prod")
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    monkeypatch.setenv("PATH", str(tmp_path / "no-programs"))
    monkeypatch.setattr(connection, "SERVICE_ACCOUNT", tmp_path / "no-service-account")


@pytest.fixture
def plan() -> Plan:
    def run(*arguments: object, stdin: str = "") -> Result:
        return CliRunner().invoke(app, ["plan", *map(str, arguments)], input=stdin)

    return run


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(name: str, *objects: Any) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("---\n".join(o if isinstance(o, str) else yaml.safe_dump(o) for o in objects))
        return path

    return written


def bare_zone(**spec: Any) -> dict[str, Any]:
    """A zone of a group and nothing else."""
    zone = sample("DataLandingZone")
    for field in (
        "network",
        *PRIVATE_SERVICES,
        "kusto",
        "eventGrid",
        "apps",
        "accessPaths",
        "access",
        "costCenter",
        "dataClassification",
    ):
        zone["spec"].pop(field, None)
    zone["spec"] |= spec
    return zone


def test_what_would_be_made_is_printed_and_the_exit_code_is_2(plan: Plan, write: Write) -> None:
    result = plan("-f", write("a.yaml", NAMESPACE, bare_zone(), sample("AdminPlane")), "--offline")
    assert result.stdout == BARE_ZONE
    assert (result.exit_code, result.stderr) == (2, "")


def test_where_nothing_changes_the_exit_code_is_0(plan: Plan, write: Write) -> None:
    result = plan("-f", write("plane.yaml", sample("AdminPlane")), "--offline")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "No changes.")


def test_the_samples_as_a_folder_and_as_files_are_the_same_plan(plan: Plan) -> None:
    folder = plan("-f", SAMPLES, "--offline")
    files = [argument for file in sorted(SAMPLES.glob("*.yaml")) for argument in ("--filename", file)]
    assert plan(*files, "--offline").stdout == folder.stdout
    assert folder.exit_code == 2
    assert " 0 blocked; 0 unchanged." in folder.stdout


def test_standard_input_is_a_file_too(plan: Plan, write: Write) -> None:
    plane = write("plane.yaml", NAMESPACE, sample("AdminPlane"))
    result = plan("-f", plane, "-f", "-", "--offline", stdin=yaml.safe_dump(bare_zone()))
    assert (result.exit_code, result.stdout) == (2, BARE_ZONE)


def test_json_and_yaml_say_the_same_and_nothing_else_is_on_the_standard_output(plan: Plan, write: Write) -> None:
    file = write("a.yaml", bare_zone(), sample("AdminPlane"))
    as_json, as_yaml = (plan("-f", file, "--offline", "-o", form) for form in ("json", "yaml"))
    data = json.loads(as_json.stdout)
    assert yaml.safe_load(as_yaml.stdout) == data
    assert (as_json.exit_code, as_yaml.exit_code) == (2, 2)
    assert data["summary"] == {"create": 1, "update": 0, "delete": 0, "blocked": 0, "unchanged": 0, "unknown": 0}
    group = data["objects"][1]["changes"][0]
    assert (group["action"], group["type"]) == ("Create", "Microsoft.Resources/resourceGroups")
    assert {"path": "location", "before": None, "after": "eastus2"} in group["fields"]
    assert "labels of namespace domain-finance are not known" in as_json.stderr


def test_what_no_grant_covers_is_blocked_with_the_reason_told_once(plan: Plan, write: Write) -> None:
    result = plan("-f", write("a.yaml", NAMESPACE, bare_zone(location="westus2"), sample("AdminPlane")), "--offline")
    assert result.exit_code == 2
    assert result.stdout.count("  ! ") == 1
    assert result.stdout.count("NotGranted: ") == 1
    assert "location westus2 is not among its locations" in result.stdout


def test_zones_without_addresses_are_planned_with_what_the_operator_would_allot(plan: Plan, write: Write) -> None:
    zones = [bare_zone(network={}), bare_zone(network={}, domain="risk")]
    zones[1]["metadata"]["name"] = "risk"
    plane = sample("AdminPlane")
    plane["spec"]["addressPools"] = [{"cidr": "10.100.0.0/21", "zonePrefixLength": 22}]
    result = plan("-f", write("a.yaml", NAMESPACE, *zones, plane), "--offline")
    assert 'properties.addressSpace.addressPrefixes: ["10.100.4.0/22"]' in result.stdout
    assert "note: AdminPlane eastus2 would allot 10.100.0.0/22 to zone domain-finance/finance." in result.stderr
    assert "note: AdminPlane eastus2 would allot 10.100.4.0/22 to zone domain-finance/risk." in result.stderr


def test_without_an_installation_an_offline_plan_says_what_stands_in_its_place(
    plan: Plan, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LOOM_INSTALLATION")
    result = plan("-f", write("plane.yaml", sample("AdminPlane")), "--offline")
    assert result.exit_code == 0
    assert "No installation is configured" in result.stderr


def test_without_an_installation_nothing_can_be_compared(
    plan: Plan, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LOOM_INSTALLATION")
    result = plan("-f", write("plane.yaml", sample("AdminPlane")))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("installation: required")
    assert "LOOM_INSTALLATION" in result.stderr


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("kind: [", "x.yaml is not YAML: line 1"),
        ("just words", "x.yaml: document 1 is not an object"),
        ("kind: AdminPlane", "x.yaml: every document must be a Kubernetes object"),
        (yaml.safe_dump(bare_zone(location=7)), "x.yaml: DataLandingZone domain-finance/finance: spec.location: "),
        (
            yaml.safe_dump(bare_zone(locaton="x")),
            "x.yaml: DataLandingZone domain-finance/finance: spec.locaton: is not a field here; did you mean location?",
        ),
        (yaml.safe_dump(NAMESPACE), "The files hold no object of csaloom.io."),
    ],
)
def test_a_wrong_file_is_told_with_its_name_and_the_place(
    plan: Plan, write: Write, content: str, sentence: str
) -> None:
    result = plan("-f", write("x.yaml", content), "--offline")
    assert (result.exit_code, result.stdout) == (1, "")
    assert sentence in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_rule_between_fields_is_told_with_the_sentence_of_the_crd(plan: Plan, write: Write) -> None:
    result = plan("-f", write("x.yaml", bare_zone(storage={})), "--offline")
    assert result.exit_code == 1
    assert "spec.network: services and apps are private and live in the zone's network" in result.stderr


def test_all_wrong_objects_are_told_at_once(plan: Plan, write: Write) -> None:
    write("all/a.yaml", bare_zone(location=7))
    write("all/b.yaml", sample_product("x") | {"spec": {}})
    result = plan("-f", write("all/c.yaml", sample("AdminPlane")).parent, "--offline")
    assert result.exit_code == 1
    assert "a.yaml: " in result.stderr
    assert "b.yaml: " in result.stderr


@pytest.mark.parametrize("name", ["nowhere.yaml", "empty"])
def test_a_file_that_is_not_there_and_a_folder_without_files_are_named(plan: Plan, tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    result = plan("-f", tmp_path / name, "--offline")
    assert result.exit_code == 1
    assert name in result.stderr


def test_an_object_that_cannot_be_planned_is_an_error_and_the_others_are_shown(plan: Plan, write: Write) -> None:
    zone = bare_zone(adminPlaneRef={"name": "nowhere"})
    result = plan("-f", write("a.yaml", zone, sample("AdminPlane")), "--offline")
    assert result.exit_code == 1
    assert "AdminPlane eastus2" in result.stdout
    assert result.stderr.splitlines() == [
        "note: The labels of namespace domain-finance are not known (it is not among the files): grants that go by labels do not "
        "count here.",
        "DataLandingZone domain-finance/finance cannot be planned: ReferenceNotFound: AdminPlane nowhere is not among the files "
        "given: add its file with -f, or plan without --offline to look in the cluster",
    ]


def test_a_product_is_planned_before_its_zone_has_converged(plan: Plan) -> None:
    result = plan("-f", SAMPLES, "--offline", "-o", "json")
    product = next(found for found in json.loads(result.stdout)["objects"] if found["kind"] == "ApiProduct")
    assert {change["action"] for change in product["changes"]} == {"Create"}


def test_a_plan_says_where_keys_go_and_which_documents_nobody_reads(plan: Plan) -> None:
    result = plan("-f", SAMPLES, "--offline")
    assert "  + keys of fabrikam handed out to secret/fabrikam-keys\n" in result.stdout
    assert result.stdout.rstrip().endswith("Keys: 2 to hand out, 0 to take back.")
    assert (
        "note: ApiProduct domain-finance/workspaces is planned without the operations and the title of its document: "
        "loom-console is not asked offline." in result.stderr
    )


def test_of_two_products_with_one_path_the_second_is_told_so(plan: Plan, write: Write) -> None:
    second = sample("ApiProduct")
    second["metadata"]["name"], second["spec"]["displayName"] = "orders-again", "Orders again"
    result = plan("-f", SAMPLES, "-f", write("second.yaml", second), "--offline")
    assert result.exit_code == 1
    assert (
        "orders-again cannot be planned: PathTaken: spec.apis: path finance/orders of orders-v1 is taken"
        in result.stderr
    )
    assert "by the ApiProduct domain-finance/orders; versions of one API share a path only" in result.stderr
    assert "ApiProduct domain-finance/orders" in result.stdout


def test_a_suspended_object_changes_nothing_and_says_why(plan: Plan, write: Write) -> None:
    result = plan("-f", write("a.yaml", NAMESPACE, bare_zone(suspend=True), sample("AdminPlane")), "--offline")
    assert result.exit_code == 0
    assert "suspended: nothing is read or written" in result.stdout


def test_without_a_cluster_and_without_a_sign_in_it_is_said_how_to_get_one(plan: Plan, write: Write) -> None:
    result = plan("-f", write("plane.yaml", sample("AdminPlane")))
    assert result.exit_code == 1
    assert result.stderr.startswith("Azure could not be read: ")
    assert "Azure CLI" in result.stderr


def test_a_kubeconfig_that_is_not_there_is_an_error_and_not_a_plan_without_a_cluster(
    plan: Plan, write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "missing"))
    result = plan("-f", write("plane.yaml", sample("AdminPlane")))
    assert result.exit_code == 1
    assert "missing cannot be read" in result.stderr


def test_a_cluster_that_does_not_answer_is_told_and_so_is_the_way_without_it(plan: Plan, write: Write) -> None:
    cluster = {"name": "c", "cluster": {"server": "http://127.0.0.1:9"}}
    context = {"name": "c", "context": {"cluster": "c", "namespace": "elsewhere"}}
    kubeconfig = write("config", {"current-context": "c", "clusters": [cluster], "contexts": [context]})
    result = plan("-f", write("plane.yaml", sample("AdminPlane")), "--kubeconfig", kubeconfig)
    assert result.exit_code == 1
    assert result.stderr.startswith("The cluster could not be read: the API server does not answer")
    assert "--offline" in result.stderr


def test_objects_that_name_no_namespace_go_to_the_one_given(plan: Plan, write: Write) -> None:
    zone = bare_zone()
    del zone["metadata"]["namespace"]
    result = plan("-f", write("a.yaml", zone, sample("AdminPlane")), "--offline", "-n", "sales")
    assert "DataLandingZone sales/finance" in result.stdout
