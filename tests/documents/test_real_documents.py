"""Real documents, from a link to a simulated API Management through the stock SDKs: imported whole, stable, and fit to be planned."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from loom.cli import app
from loom.manifests import read_manifests
from loom.plan.product.bodies import of_document
from loom.plan.product.body_changes import broken
from loom.plan.product.judges import OPENAPI
from support.samples import SAMPLES
from support.shop import Shop
from support.worlds import api_object, product_object

from .conftest import Library
from .packages import DOCUMENTS, TOO_LARGE

IMPORTED = ("get", "put", "post", "delete", "options", "head", "patch")


def operations(text: str) -> int:
    """How many operations a document has that API Management imports, counted by other means than the operator's."""
    document = json.loads(text) if text.lstrip().startswith("{") else yaml.load(text, yaml.CSafeLoader)
    items = [item for path, item in (document.get("paths") or {}).items() if path.startswith("/")]
    return sum(1 for item in items for method in item if method in IMPORTED)


def test_the_documents_are_of_all_versions_and_enough() -> None:
    assert len(DOCUMENTS) >= 25
    assert {name[:3] for name in DOCUMENTS} == {"2.0", "3.0", "3.1"}
    assert len({package.name for package, _ in DOCUMENTS.values()}) >= 4


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_a_document_is_imported_whole_and_then_nothing_is_written(
    name: str, shop: Shop, library: Library
) -> None:
    package, member = DOCUMENTS[name]
    library.text = package.read(member)
    await shop.settle()
    count = operations(library.text)
    assert shop.status["apis"][0]["operations"] == len(shop.all_listed("operations")) == count
    shop.azure.reset_counters()
    shop.play.memories.clear()
    shop.play.begin_anew()
    shop.azure.advance(3600)
    await shop.look()
    assert (shop.writes(), shop.condition("Ready"), shop.condition("SourceInSync")) == ([], "True", "True")
    library.text += "\n"
    shop.azure.advance(3600)
    await shop.until(lambda: bool(shop.writes()) and shop.condition("SourceInSync") == "True")  # as it breaks nobody


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_breaks_nobody_who_knows_it(name: str) -> None:
    package, member = DOCUMENTS[name]
    document = OPENAPI.read(package.read(member), name)
    assert list(broken(of_document(document.bodies), of_document(document.bodies))) == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_planned_without_cluster_and_cloud(name: str, tmp_path: Path) -> None:
    package, member = DOCUMENTS[name]
    config_map: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "documents", "namespace": "domain-finance"},
        "data": {"openapi": package.read(member)},
    }
    source = {"openapi": {"configMapRef": {"name": "documents", "key": "openapi"}}}
    api = api_object(revisions=[{"name": "1", "source": source}], operations=None)
    objects = [product_object(apis=[{k: v for k, v in api.items() if v}]), config_map]
    objects += [
        found for found in read_manifests(SAMPLES) if found["kind"] in ("AdminPlane", "DataLandingZone", "Namespace")
    ]
    for number, found in enumerate(objects):
        (tmp_path / f"{number}.json").write_text(json.dumps(found))
    result = CliRunner().invoke(app, ["plan", "-f", str(tmp_path), "--offline", "-o", "json"])
    assert result.exit_code == 2, result.output[-500:]
    changes = [change for found in json.loads(result.stdout)["objects"] for change in found["changes"]]
    assert any(change["type"] == "Microsoft.ApiManagement/service/apis" for change in changes)


async def test_the_largest_that_is_taken_is_above_a_megabyte_and_a_larger_one_is_refused_well(
    shop: Shop, library: Library
) -> None:
    taken = max(len(package.read(member)) for package, member in DOCUMENTS.values())
    package, member = TOO_LARGE
    library.text = package.read(member)
    await shop.look()
    row = shop.row("Ready")
    assert 1_000_000 < taken < 4 * 1024 * 1024 < len(library.text)
    assert (row["status"], row["reason"]) == ("False", "SourceUnavailable")
    assert row["message"].endswith("is larger than 4 MB, the most that API Management imports; split the API")
    assert shop.writes() == []
