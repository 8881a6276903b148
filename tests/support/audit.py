"""What the operator wrote to the API server, out of the API server's own audit log."""

import json

from loom.dev.control_plane import OPERATOR
from support.cluster import Cluster


def writes_of(cluster: Cluster, namespace: str) -> list[tuple[str, str, str]]:
    """(verb, resource, subresource) of every write of the operator in a namespace that was accepted, in their order."""
    found = []
    for line in cluster.control_plane.audit_log.read_text().splitlines():
        entry = json.loads(line)
        target = entry.get("objectRef") or {}
        ours = entry["user"]["username"] == OPERATOR and target.get("namespace") == namespace
        if ours and entry["verb"] not in ("get", "list", "watch") and entry["responseStatus"]["code"] < 400:
            found.append((entry["verb"], target["resource"], target.get("subresource", "")))
    return found
