"""What a person may try in the sandbox once everything is Ready, as commands that work there as they stand."""

import json
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loom.dev.simulator import Simulator

OWNER_TAG = "csaloom-io-owner"
STORAGE = "Microsoft.Storage/storageAccounts"


@dataclass(frozen=True)
class Suggestion:
    """Something to try: what it shows, and the commands."""

    title: str
    commands: tuple[str, ...]


class Door:
    """Commands that reach into the simulated Azure behind the operator's back."""

    def __init__(self, simulator: Simulator) -> None:
        self._url = simulator.url
        self._curl = f"curl -sS --cacert {shlex.quote(str(simulator.ca_file))}"

    def send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> str:
        data = f" -d {shlex.quote(json.dumps(body))}" if body else ""
        return f"{self._curl} -X {method} {self._url}/sim/{path}{data}"

    def look(self, resource_id: str) -> str:
        return f"{self._curl} '{self._url}/sim/resources?prefix={resource_id}'"


def suggest(objects: Iterable[Mapping[str, Any]], simulator: Simulator, samples: Path) -> list[Suggestion]:
    """Five things, made of what is there: a zone with a storage account and a product; fewer where one of them is not."""
    door = Door(simulator)
    found = {obj["kind"]: obj for obj in objects}
    zone, product = found.get("DataLandingZone"), found.get("ApiProduct")
    account = resource_of(zone, STORAGE) if zone else ""
    tries = [_plan(samples)]
    if zone and account:
        tries += [_drift(zone, account, door), _break(zone, door), _adopt(zone, account, door)]
    if product:
        tries.append(_delete(product, simulator, door))
    return tries


def resource_of(obj: Mapping[str, Any], arm_type: str) -> str:
    """The ARM id of the object's first resource of this type, as its inventory lists it; empty where it has none."""
    for scope in (obj.get("status") or {}).get("inventory") or ():
        for tail in scope["ids"]:
            if tail.lower().startswith(f"{arm_type.lower()}/") and tail.count("/") == arm_type.count("/") + 1:
                return f"{scope['scope']}/providers/{tail}"
    return ""


def _drift(zone: Mapping[str, Any], account: str, door: Door) -> Suggestion:
    changed = {"id": account, "body": {"properties": {"minimumTlsVersion": "TLS1_0"}}}
    return Suggestion(
        "Change something in Azure that the zone declares otherwise: within its interval the drift is found and mended",
        (
            door.send("PATCH", "resources", changed),
            f"kubectl get {_name(zone)} --watch",
            f"{door.look(account)} | grep minimumTlsVersion",
        ),
    )


def _break(zone: Mapping[str, Any], door: Door) -> Suggestion:
    fault = {"kind": "error", "method": "PUT", "status": 403, "code": "AuthorizationFailed", "times": 0}
    return Suggestion(
        "Break it: Azure refuses every write, then you ask for a change, and the condition says what is the matter",
        (
            door.send("POST", "faults", fault),
            f"""kubectl patch {_name(zone)} --type=merge -p '{{"spec": {{"costCenter": "CC-1234"}}}}'""",
            f"kubectl get {_name(zone)} -o wide --watch",
            f"{door.send('DELETE', 'faults')}   # and it heals",
        ),
    )


def _adopt(zone: Mapping[str, Any], account: str, door: Door) -> Suggestion:
    unmarked = {"id": account, "body": {"tags": {OWNER_TAG: None}}}
    return Suggestion(
        "Take the operator's mark off a resource: it is not touched any more until you say that it may be adopted",
        (
            door.send("PATCH", "resources", unmarked),
            f"kubectl get {_name(zone)} -o wide --watch   # AdoptionRequired",
            f"""kubectl patch {_name(zone)} --type=merge -p '{{"spec": {{"adoption": "Adopt"}}}}'""",
        ),
    )


def _plan(samples: Path) -> Suggestion:
    return Suggestion(
        "See what a file would change in Azure before you apply it; this one should say: nothing. Edit it and look again",
        (f"loom plan -f {shlex.quote(str(samples))}",),
    )


def _delete(product: Mapping[str, Any], simulator: Simulator, door: Door) -> Suggestion:
    scopes = [scope["scope"] for scope in (product.get("status") or {}).get("inventory") or ()]
    return Suggestion(
        "Delete a product: what was published goes with its object. Apply the samples again, and it is back",
        (
            f"kubectl delete {_name(product)}",
            f"{door.look(scopes[0] if scopes else '')} | grep '\"name\"'",
            f"open {simulator.url}/sim/   # all that there is in the simulated Azure, on a page",
        ),
    )


def _name(obj: Mapping[str, Any]) -> str:
    metadata = obj["metadata"]
    return f"{obj['kind'].lower()}/{metadata['name']} --namespace={metadata['namespace']}"
