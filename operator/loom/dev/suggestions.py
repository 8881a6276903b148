"""What a person may try in the sandbox once everything is Ready, as commands that work there as they stand."""

import json
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loom.api.braces import unfold
from loom.dev.simulator import Simulator

OWNER_TAG = "csaloom-io-owner"
STORAGE = "Microsoft.Storage/storageAccounts"


@dataclass(frozen=True)
class Suggestion:
    """Something to try: what it shows, and the commands."""

    title: str
    commands: tuple[str, ...]


def door_function(simulator: Simulator) -> str:
    """A shell function that reaches into the simulated Azure behind the operator's back: `sim METHOD PATH [BODY]`."""
    curl = f'curl -sS --cacert {shlex.quote(str(simulator.ca_file))} -X "$1" "{simulator.url}/sim/$2"'
    return f'sim() {{ {curl} ${{3:+-d "$3"}}; echo; }}'


def visit_function(simulator: Simulator) -> str:
    """A shell function, curl for the gateways and apps of the simulated Azure: no name server knows their hosts."""
    curl = f"curl -sS --cacert {shlex.quote(str(simulator.ca_file))} --connect-to ::localhost:{simulator.port}"
    return f'visit() {{ {curl} "$@"; echo; }}'


def sim(method: str, path: str, body: Mapping[str, Any] | None = None) -> str:
    """A call of that shell function."""
    return f"sim {method} {shlex.quote(path)}" + (f" {shlex.quote(json.dumps(body))}" if body else "")


def suggest(objects: Iterable[Mapping[str, Any]], samples: Path) -> list[Suggestion]:
    """Five things, made of what is there: the fullest zone, if it has a storage account, and a product; fewer where one of them is not.

    The commands are for a shell that has sourced the sandbox's environment.
    """
    found = {obj["kind"]: obj for obj in sorted(objects, key=_fullness)}
    zone, product = found.get("DataLandingZone"), found.get("ApiProduct")
    account = resource_of(zone, STORAGE) if zone else ""
    tries = [_plan(samples)]
    if zone and account:
        tries += [_drift(zone, account), _break(zone), _adopt(zone, account)]
    if product:
        tries.append(_delete(product, samples))
    return tries


def _fullness(obj: Mapping[str, Any]) -> int:
    """How much the object has in Azure."""
    return int((obj.get("status") or {}).get("resourceCount") or 0)


def resource_of(obj: Mapping[str, Any], arm_type: str) -> str:
    """The ARM id of the object's first resource of this type, as its inventory lists it; empty where it has none."""
    for scope in (obj.get("status") or {}).get("inventory") or ():
        for tail in (path for word in scope["ids"] for path in unfold(word)):
            if tail.lower().startswith(f"{arm_type.lower()}/") and tail.count("/") == arm_type.count("/") + 1:
                return f"{scope['scope']}/providers/{tail}"
    return ""


def _drift(zone: Mapping[str, Any], account: str) -> Suggestion:
    changed = {"id": account, "body": {"properties": {"minimumTlsVersion": "TLS1_0"}}}
    return Suggestion(
        "Change something in Azure that the zone declares otherwise: within its interval the drift is found and mended",
        (
            sim("PATCH", "resources", changed),
            f"kubectl get events --namespace={zone['metadata']['namespace']} --watch",
            f"{sim('GET', f'resources?prefix={account}')} | grep -o 'minimumTlsVersion[^,]*'",
        ),
    )


def _break(zone: Mapping[str, Any]) -> Suggestion:
    fault = {
        "kind": "error",
        "method": "PUT",
        "status": 403,
        "code": "AuthorizationFailed",
        "message": "The client 'operator' does not have authorization to write here.",
        "times": 0,
    }
    return Suggestion(
        "Break it: Azure refuses every write, then you ask for a change, and the condition says what is the matter",
        (
            sim("POST", "faults", fault),
            f"kubectl patch {_name(zone)} --type=merge -p {shlex.quote(json.dumps({'spec': {'costCenter': 'CC-1234'}}))}",
            f"kubectl get {_name(zone)} -o wide --watch",
            f"{sim('DELETE', 'faults')}   # and it heals",
        ),
    )


def _adopt(zone: Mapping[str, Any], account: str) -> Suggestion:
    return Suggestion(
        "Take the operator's mark off a resource: it is not touched any more until you say that it may be adopted",
        (
            sim("PATCH", "resources", {"id": account, "body": {"tags": {OWNER_TAG: None}}}),
            f"kubectl get {_name(zone)} -o wide --watch   # within a minute: AdoptionRequired",
            f"kubectl patch {_name(zone)} --type=merge -p {shlex.quote(json.dumps({'spec': {'adoption': 'Adopt'}}))}",
        ),
    )


def _plan(samples: Path) -> Suggestion:
    return Suggestion(
        "See what a file would change in Azure before you apply it: edit one of the samples first",
        (f"loom plan -f {shlex.quote(str(samples))}",),
    )


def _delete(product: Mapping[str, Any], samples: Path) -> Suggestion:
    return Suggestion(
        "Delete a product: what was published goes with its object. Apply the samples again, and it is back",
        (
            f"kubectl delete {_name(product)}",
            f"{sim('GET', 'resources?type=Microsoft.ApiManagement/service/apis')} | grep -o '\"count\".*'",
            # What an earlier suggestion has changed by hand is the file's again.
            f"kubectl apply --server-side --force-conflicts --recursive --filename={shlex.quote(str(samples))}",
        ),
    )


def _name(obj: Mapping[str, Any]) -> str:
    metadata = obj["metadata"]
    return f"{obj['kind'].lower()}/{metadata['name']} --namespace={metadata['namespace']}"
