"""How objects look to a person at the terminal, and in a log."""

import io

from rich.console import Console

from loom.api.kinds import KINDS
from loom.dev.display import Board, line_of, table_of
from loom.dev.objects import Row, summarize

ZONE = {
    "kind": "DataLandingZone",
    "metadata": {"name": "finance", "namespace": "domain-finance", "generation": 3},
    "status": {
        "conditions": [
            {
                "type": "Ready",
                "status": "False",
                "reason": "Unhealthy",
                "message": "loom-mirroring is down.",
                "observedGeneration": 3,
            },
            {"type": "Healthy", "status": "False", "reason": "AppDown", "message": "", "observedGeneration": 3},
        ]
    },
}


def printed(*rows: Row) -> str:
    console = Console(file=io.StringIO(), width=200, record=True)
    with Board(console) as board:
        board.show(rows)
        board.show(rows)
    return console.export_text()


def test_an_object_shows_what_its_conditions_say() -> None:
    assert summarize(ZONE) == Row(
        "domain-finance", "DataLandingZone", "finance", "False", "AppDown", "Unhealthy", "loom-mirroring is down."
    )


def test_the_health_of_an_object_is_the_word_that_kubectl_shows() -> None:
    (column,) = (column for column in KINDS["DataLandingZone"].columns if column.name == "Health")

    assert column.json_path == '.status.conditions[?(@.type=="Healthy")].reason'
    assert summarize(ZONE).health == "AppDown"


def test_what_was_said_of_an_earlier_generation_does_not_count() -> None:
    edited = ZONE | {"metadata": {"name": "finance", "namespace": "domain-finance", "generation": 4}}

    row = summarize(edited)

    assert (row.ready, row.health, row.reason, row.is_ready) == ("Unknown", "NotMeasured", "NotObserved", False)


def test_an_object_that_nobody_has_looked_at_is_not_ready() -> None:
    plane = {
        "kind": "AdminPlane",
        "metadata": {"name": "eastus2", "generation": 1},
        "status": {"observedGeneration": -1},
    }

    assert summarize(plane).ready == "Unknown"


def test_in_a_log_a_row_is_printed_when_it_changes_and_only_then() -> None:
    assert printed(summarize(ZONE)).count("domain-finance/finance") == 1


def test_a_line_says_why_only_where_something_is_wrong() -> None:
    bad = summarize(ZONE)
    good = Row("", "AdminPlane", "eastus2", "True", "Healthy", "Ready", "All that it names exists.")

    assert line_of(bad).plain.endswith("Unhealthy: loom-mirroring is down.")
    assert line_of(good).plain == "AdminPlane eastus2  Ready=True  Health=Healthy  Ready"


def test_the_table_has_a_row_for_each_object() -> None:
    assert table_of([summarize(ZONE)]).row_count == 1
