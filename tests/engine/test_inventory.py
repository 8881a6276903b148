"""The inventory in status: every id, in few words, and the same ids again when it is read."""

import pytest

from loom.engine.inventory import Inventory
from loom.plan.arm_id import key

GROUP = "/subscriptions/44444444-4444-4444-8444-444444444444/resourceGroups/rg"
ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/lake"
SETTING = f"{ACCOUNT}/providers/Microsoft.Insights/diagnosticSettings/diag"


def containers(count: int) -> list[str]:
    return [f"{ACCOUNT}/blobServices/default/containers/c{number}" for number in range(count)]


def inventory(*ids: str) -> Inventory:
    made = Inventory()
    for arm_id in ids:
        made.add(arm_id)
    return made


def test_what_one_group_holds_is_told_relative_to_it_a_word_for_each_type() -> None:
    vault = f"{GROUP}/providers/Microsoft.KeyVault/vaults/keys"
    assert inventory(GROUP, vault, ACCOUNT, SETTING, *containers(2)).write() == [
        {
            "scope": GROUP,
            "ids": [
                "",
                "Microsoft.KeyVault/vaults/keys",
                "Microsoft.Storage/storageAccounts/lake"
                "{,/blobServices/default/containers/{c0,c1},/providers/Microsoft.Insights/diagnosticSettings/diag}",
            ],
        }
    ]


def test_what_has_the_same_in_it_is_told_once() -> None:
    apps = [f"{GROUP}/providers/Microsoft.App/containerApps/{name}" for name in ("console", "mcp")]
    settings = [f"{app}/providers/Microsoft.Insights/diagnosticSettings/diag" for app in apps]
    (row,) = inventory(*apps, *settings).write()
    assert row["ids"] == [
        "Microsoft.App/containerApps/{console,mcp}{,/providers/Microsoft.Insights/diagnosticSettings/diag}"
    ]


def test_what_is_written_is_read_again_in_its_spelling_however_many_there_are() -> None:
    odd = f"{GROUP}/providers/Microsoft.Storage/StorageAccounts/Odd,{{name}}"
    subscription = "/subscriptions/44444444-4444-4444-8444-444444444444"
    role = f"{subscription}/providers/Microsoft.Authorization/roleAssignments/r"
    for count in (0, 1, 2, 50):
        made = inventory(GROUP, ACCOUNT, SETTING, odd, subscription, role, *containers(count))
        assert Inventory.read({"inventory": made.write()}).ids == made.ids


def test_what_an_earlier_version_wrote_is_read() -> None:
    rows = [
        {"scope": GROUP, "ids": ["", "Microsoft.Storage/storageAccounts/lake"]},
        {"scope": ACCOUNT, "ids": ["/blobServices/default", "Microsoft.Insights/diagnosticSettings/diag"]},
        {"scope": f"{ACCOUNT}/blobServices/default/containers", "ids": ["/c0", "/c1"]},
    ]
    made = inventory(GROUP, ACCOUNT, SETTING, f"{ACCOUNT}/blobServices/default", *containers(2))
    assert Inventory.read({"inventory": rows}).ids == made.ids


def test_what_did_not_change_stays_as_it_is_written() -> None:
    rows = [{"scope": GROUP, "ids": [f"Microsoft.Storage/storageAccounts/{name}" for name in ("lake", "pond")]}]
    found = Inventory.read({"inventory": rows})
    found.add(ACCOUNT.upper())
    found.remove(SETTING)
    assert found.write() == rows
    found.remove(ACCOUNT)
    assert found.write() == [{"scope": GROUP, "ids": ["Microsoft.Storage/storageAccounts/pond"]}]


@pytest.mark.parametrize("word", ["{", "/../other", "//x", "Microsoft.Storage/storageAccounts/Lake"])
def test_what_is_no_id_or_there_twice_is_not_written_again(word: str) -> None:
    rows = [{"scope": GROUP, "ids": [word, "Microsoft.Storage/storageAccounts/lake"]}, {"scope": "nowhere", "ids": []}]
    for found in (rows, rows[:1]):
        (row,) = Inventory.read({"inventory": found}).write()
        assert [id_.lower() for id_ in row["ids"]] == ["microsoft.storage/storageaccounts/lake"]


def test_an_id_that_leads_elsewhere_than_it_says_is_not_taken_in() -> None:
    rows = [{"scope": ACCOUNT, "ids": ["/../other", "/blobServices/default", "//x"]}]
    assert set(Inventory.read({"inventory": rows}).ids) == {key(f"{ACCOUNT}/blobServices/default")}


def test_what_is_no_id_counts_as_well_so_that_a_forged_status_is_not_looked_through_without_an_end() -> None:
    forged = [*["{a,b}" * 14 + "?"] * 2, "Microsoft.Storage/storageAccounts/lake"]
    assert Inventory.read({"inventory": [{"scope": GROUP, "ids": forged}]}).ids == {}


def test_many_words_that_are_none_end_the_reading_and_a_few_are_skipped() -> None:
    good = "Microsoft.Storage/storageAccounts/lake"

    def read(refused: int) -> list[str]:
        return list(Inventory.read({"inventory": [{"scope": GROUP, "ids": [*["{"] * refused, good]}]}).ids.values())

    assert read(3) == [ACCOUNT]
    assert read(1000) == []
