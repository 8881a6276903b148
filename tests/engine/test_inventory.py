"""The inventory in status: every id, in few words, and the same ids again when it is read."""

from loom.engine.inventory import CROWD, Inventory
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


def test_a_few_resources_are_told_relative_to_their_group() -> None:
    made = inventory(GROUP, ACCOUNT, SETTING)
    name = "Microsoft.Storage/storageAccounts/lake"
    ids = ["", name, f"{name}/providers/Microsoft.Insights/diagnosticSettings/diag"]
    assert made.write() == [{"scope": GROUP, "ids": ids}]


def test_many_in_and_on_one_resource_are_told_relative_to_that() -> None:
    settings = [SETTING + str(number) for number in range(CROWD - 2)]
    group, account = inventory(GROUP, ACCOUNT, *settings, *containers(2)).write()
    assert group == {"scope": GROUP, "ids": ["", "Microsoft.Storage/storageAccounts/lake"]}
    assert account["scope"] == ACCOUNT
    assert account["ids"][0] == "/blobServices/default/containers/c0"
    assert account["ids"][-1] == f"Microsoft.Insights/diagnosticSettings/diag{CROWD - 3}"


def test_many_of_one_collection_are_told_by_their_names() -> None:
    assert inventory(*containers(CROWD)).write() == [
        {"scope": f"{ACCOUNT}/blobServices/default/containers", "ids": [f"/c{number}" for number in range(CROWD)]}
    ]


def test_what_is_written_is_read_again_however_many_there_are() -> None:
    for count in (0, 1, CROWD - 2, CROWD, 50):
        made = inventory(GROUP, ACCOUNT, SETTING, *containers(count))
        assert Inventory.read({"inventory": made.write()}).ids == made.ids


def test_an_id_that_leads_elsewhere_than_it_says_is_not_taken_in() -> None:
    rows = [{"scope": ACCOUNT, "ids": ["/../other", "/blobServices/default", "//x"]}]
    assert set(Inventory.read({"inventory": rows}).ids) == {key(f"{ACCOUNT}/blobServices/default")}
