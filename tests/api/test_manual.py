"""The manual says what the code does: its tables are the models', and its examples are accepted."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from loom.api.documents import read_documents
from loom.api.kinds import KINDS, Kind, kind_of
from loom.api.objects import parse
from loom.plan.catalog import TYPES, arm_type

PLANS = Path(__file__).parents[1] / "data" / "plans"
SPEC = Path(__file__).parents[2] / "docs" / "spec"
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)


@pytest.fixture(scope="module")
def tables() -> ModuleType:
    found = importlib.util.spec_from_file_location("tables", SPEC / "tables.py")
    assert found
    assert found.loader
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@every_kind
def test_every_kind_has_a_page_with_every_table(tables: ModuleType, kind: Kind) -> None:
    marks = re.findall(r"<!-- table: (\w+) -->", tables.page_of(kind).read_text())

    more = {"ApiProduct": ["policies"], "DataLandingZone": ["apps", "wiring", "access"]}.get(kind.name, [])
    assert marks == [*more, "spec", "refusals", "conditions", "reasons", "status"]


@every_kind
def test_the_tables_are_those_of_the_models(tables: ModuleType, kind: Kind) -> None:
    page = tables.page_of(kind).read_text()

    assert tables.filled(page, kind) == page, "run: python docs/spec/tables.py"


@every_kind
def test_a_table_that_was_edited_is_found(tables: ModuleType, kind: Kind) -> None:
    page = tables.page_of(kind).read_text()

    assert tables.filled(page.replace("| `interval` | duration", "| `interval` | string"), kind) == page


@every_kind
def test_the_examples_are_accepted(tables: ModuleType, kind: Kind) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", tables.page_of(kind).read_text(), re.DOTALL)
    objects = [obj for block in blocks for obj in read_documents(block) if kind_of(obj)]

    assert objects
    assert {type(parse(kind, obj)) for obj in objects} == {kind.spec}


def test_the_table_of_types_is_that_of_the_catalog(tables: ModuleType) -> None:
    page = tables.TYPES_PAGE.read_text()

    assert tables.filled(page, KINDS["DataLandingZone"]) == page, "run: python docs/spec/tables.py"


def test_what_the_table_calls_only_read_is_what_no_plan_ever_writes(tables: ModuleType) -> None:
    written = set()
    for path in PLANS.glob("*.yaml"):
        for resource in yaml.safe_load(path.read_text())["resources"]:
            if resource.get("mode", "Managed") not in ("Existing", "Free"):
                written.add(arm_type(resource["id"].partition("'")[0].partition("uuid5")[0]).label)
    assert {row.label for row in TYPES.values()} - written == tables.ONLY_READ
