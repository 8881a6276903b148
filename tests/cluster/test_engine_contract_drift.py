"""Drift on the real parts: found by its field and mended; what nobody declared is nobody's drift; no change, no write."""

from support.running import Azure
from support.zones import OWNER, Zones

STORAGE = "Microsoft.Storage/storageAccounts"
FILESYSTEM = f"{STORAGE}/blobServices/containers"


def test_drift_is_mended_and_told_with_its_field_and_ready_does_not_move(zones: Zones, azure: Azure) -> None:
    zone = zones.ready("storage")
    since = zone.condition("Ready")["lastTransitionTime"]
    account = zone.one(STORAGE)["id"]
    azure.edit(account, {"properties": {"minimumTlsVersion": "TLS1_0"}})
    azure.reset_counters()

    zone.look()

    assert zone.one(STORAGE)["properties"]["minimumTlsVersion"] == "TLS1_2"
    assert zone.written() == [f"PUT {account}"]
    assert zone.events("DriftMended") == ["storage: properties.minimumTlsVersion"]
    assert zone.becomes_ready()
    assert zone.condition("Ready")["lastTransitionTime"] == since


def test_what_somebody_took_away_is_made_again(zones: Zones, azure: Azure) -> None:
    zone = zones.ready("storage")
    bronze = next(item["id"] for item in zone.resources() if item["id"].endswith("/containers/bronze"))
    azure.remove(bronze)
    azure.reset_counters()

    zone.look()

    assert azure.get(bronze) is not None
    assert zone.written() == [f"PUT {bronze}"]
    assert zone.events("DriftMended") == ["filesystem/bronze: made again"]


def test_what_nobody_declared_is_no_drift_and_survives_a_write(zones: Zones, azure: Azure) -> None:
    zone = zones.ready()
    azure.edit(zone.group, {"tags": {"Backup": "weekly"}})
    azure.reset_counters()
    zone.look()
    assert zone.written() == []

    zone.apply(costCenter="CC-2")
    zone.becomes_ready()

    tags = (azure.get(zone.group) or {})["tags"]
    assert (tags["Backup"], tags["CostCenter"], tags[OWNER]) == ("weekly", "CC-2", zone.mark)
