"""Previews as text for people and as data for programs."""

from io import StringIO

from rich.console import Console

from loom.engine.diff import FieldChange
from loom.engine.foreseen import Change, KeyChange
from loom.engine.preview import Kept, Preview
from loom.rendering import as_data, as_text, summary

GROUP = "/subscriptions/44444444-4444-4444-4444-444444444444/resourceGroups/rg-finance"
HUB = GROUP.replace("rg-finance", "rg-hub")
ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/safinance"
PEERING = f"{HUB}/providers/Microsoft.Network/virtualNetworks/hub/virtualNetworkPeerings/to-finance"
SETTING = f"{ACCOUNT}/providers/Microsoft.Insights/diagnosticSettings/diag"
ROLES = "Microsoft.Authorization/roleAssignments"
DENIAL = "no grant is for namespace finance"

ZONE = Preview(
    "DataLandingZone", "finance", "finance", GROUP,
    changes=(
        Change("storage", ACCOUNT, "Microsoft.Storage/storageAccounts", "Update",
               (FieldChange("properties.minimumTlsVersion", "TLS1_0", "TLS1_2"), FieldChange("tags.Domain", None, "finance"))),
        Change("peering", PEERING, "Microsoft.Network/virtualNetworks/virtualNetworkPeerings", "Create",
               (FieldChange("properties.allowForwardedTraffic", None, True),)),
        Change("role", "", ROLES, "Create", (FieldChange("properties.principalId", None, "(known after apply)"),)),
        Change("diag", SETTING, "Microsoft.Insights/diagnosticSettings", "Blocked", (), "NotGranted", DENIAL),
        Change("diag2", f"{SETTING}2", "Microsoft.Insights/diagnosticSettings", "Blocked", (), "NotGranted", DENIAL),
        Change("", f"{ACCOUNT}old", "Microsoft.Storage/storageAccounts", "Delete"),
    ),
    unchanged=3,
    retained=(Kept("filesystem/safinance/bronze", "filesystem/safinance/bronze is kept: it holds data"),),
    warnings=("virtualNetworks vnet is updating",),
)  # fmt: skip
SETTLED = Preview("AdminPlane", "", "eastus2", HUB, unchanged=0)
SUSPENDED = Preview("ApiProduct", "finance", "orders", note="suspended: nothing is read or written")

TEXT = """\
AdminPlane eastus2  (resource group rg-hub)
  no changes

DataLandingZone finance/finance  (resource group rg-finance)
  ~ Microsoft.Storage/storageAccounts safinance
      ~ properties.minimumTlsVersion: "TLS1_0" -> "TLS1_2"
      + tags.Domain: "finance"
  + Microsoft.Network/virtualNetworks/virtualNetworkPeerings hub/to-finance in rg-hub
      + properties.allowForwardedTraffic: true
  + Microsoft.Authorization/roleAssignments (role, known after apply)
      + properties.principalId: (known after apply)
  ! Microsoft.Insights/diagnosticSettings diag on storageAccounts safinance
  ! Microsoft.Insights/diagnosticSettings diag2 on storageAccounts safinance
      NotGranted: no grant is for namespace finance
  - Microsoft.Storage/storageAccounts safinanceold
  = filesystem/safinance/bronze is kept: it holds data
  warning: virtualNetworks vnet is updating

ApiProduct finance/orders
  suspended: nothing is read or written

Plan: 2 to create, 1 to update, 1 to delete, 2 blocked; 3 unchanged.
"""


def printed(*, terminal: bool) -> str:
    console = Console(file=StringIO(), force_terminal=terminal, width=20, _environ={})
    console.print(as_text([SETTLED, ZONE, SUSPENDED]), soft_wrap=True, highlight=False)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_the_text_is_read_from_top_to_bottom_and_ends_with_the_sum() -> None:
    assert printed(terminal=False) == TEXT


def test_colors_are_for_terminals() -> None:
    assert "\x1b[" in printed(terminal=True)
    assert "\x1b[" not in printed(terminal=False)


def test_where_nothing_changes_the_summary_says_so() -> None:
    assert summary([SETTLED]) == "No changes."
    assert summary([Preview("ApiProduct", "a", "b", unchanged=1)]) == "No changes. 1 resource is as declared."
    assert summary([Preview("ApiProduct", "a", "b", unchanged=7)]) == "No changes. 7 resources are as declared."


def test_what_could_not_be_read_is_counted_and_keeps_no_changes_from_being_said() -> None:
    change = Change("storage", ACCOUNT, "Microsoft.Storage/storageAccounts", "Unknown", (), "Forbidden", "no right")
    found = [Preview("DataLandingZone", "a", "b", GROUP, (change,), unchanged=4)]
    assert "  ? Microsoft.Storage/storageAccounts safinance\n      Forbidden: no right\n" in as_text(found).plain
    assert summary(found).endswith("4 unchanged, 1 could not be read.")
    assert as_data(found)["summary"]["unknown"] == 1


def test_the_data_holds_what_the_text_says() -> None:
    data = as_data([SETTLED, ZONE, SUSPENDED])
    plane, zone, product = data["objects"]
    assert data["summary"] == {"create": 2, "update": 1, "delete": 1, "blocked": 2, "unchanged": 3, "unknown": 0}
    assert (plane["namespace"], plane["changes"], product["note"]) == (None, [], SUSPENDED.note)
    assert zone["changes"][0] == {
        "action": "Update",
        "type": "Microsoft.Storage/storageAccounts",
        "id": ACCOUNT,
        "key": "storage",
        "fields": [
            {"path": "properties.minimumTlsVersion", "before": "TLS1_0", "after": "TLS1_2"},
            {"path": "tags.Domain", "before": None, "after": "finance"},
        ],
    }
    assert (zone["changes"][2]["id"], zone["changes"][2]["key"]) == (None, "role")
    assert (zone["changes"][3]["reason"], zone["changes"][3]["message"]) == ("NotGranted", DENIAL)
    assert zone["retained"] == [{"name": "filesystem/safinance/bronze", "message": ZONE.retained[0].message}]


def test_keys_have_lines_of_their_own_and_are_changes() -> None:
    keys = (KeyChange("Create", "secret/northwind-keys", "northwind"), KeyChange("Delete", "keyVault/kv/old"))
    found = [Preview("ApiProduct", "a", "b", keys=keys, unchanged=4)]
    assert as_text(found).plain == (
        "ApiProduct a/b\n"
        "  + keys of northwind handed out to secret/northwind-keys\n"
        "  - keys in keyVault/kv/old taken back\n\n"
        "Plan: 0 to create, 0 to update, 0 to delete, 0 blocked; 4 unchanged. Keys: 1 to hand out, 1 to take back."
    )
    assert as_data(found)["objects"][0]["keys"] == [
        {"action": "Create", "name": "northwind", "place": "secret/northwind-keys"},
        {"action": "Delete", "name": None, "place": "keyVault/kv/old"},
    ]
