"""The scenario of a large OpenAPI document: CPU and memory of judging it and of rendering what is sent, in a process of its own."""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from bench import crowd
from bench.figures import Figure
from bench.plans import plan_of
from loom.plan.values import resolve

OPERATIONS = 2250
_SOURCE = {"name": "orders", "key": "openapi.json"}


def large(_home: Path, _console: Console) -> Sequence[Figure]:
    """A document of more than a megabyte."""
    command = [sys.executable, "-m", "bench.documents"]
    measured = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    name = f"an OpenAPI document of {measured['size'] / 1e6:.1f} MB, {OPERATIONS} operations, judged and rendered"
    again = f"{measured['again'] * 1000:.0f} ms when it is planned again"
    return [
        Figure(f"{name}: CPU", f"{measured['cpu']:.1f} s; {again}"),
        Figure("the same: memory at the peak, and what stays", f"{measured['peak']:.0f} / {measured['stays']:.0f} MB"),
    ]


def document(operations: int) -> str:
    """An OpenAPI document with that many operations."""
    fields = {f"field{number}": {"type": "string", "description": "of the order"} for number in range(4)}
    content = {"application/json": {"schema": {"type": "object", "properties": fields}}}
    answer = {"200": {"description": "ok", "content": content}}
    paths = {f"/orders/{n}": {"get": {"operationId": f"order{n}", "responses": answer}} for n in range(operations)}
    return json.dumps({"openapi": "3.0.3", "info": {"title": "Orders", "version": "1.0.0"}, "paths": paths})


def product(number: int, operations: int = 2) -> dict[str, Any]:
    """The sample's product with an API of that many operations; what speaks of the sample's own operations is left out."""
    return _with(number, {"inline": document(operations)})


def _with(number: int, source: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = next(crowd.products(number, 1, "zone-0000", 1))
    api = made["spec"]["apis"][0]
    for field in ("operations", "probe"):
        api.pop(field, None)
    api["revisions"][0]["source"] = {"openapi": source}
    return made


def _measure() -> dict[str, float]:
    """In this process: seconds of CPU, and megabytes above what there was before."""
    text, few = document(OPERATIONS), document(2)
    made = _with(0, {"configMapRef": _SOURCE})
    _render(made, few)
    before, cpu = _resident(), time.process_time()
    _render(made, text)
    used, stays = time.process_time() - cpu, _resident() - before
    cpu = time.process_time()
    _render(made, text)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before
    return {"cpu": used, "again": time.process_time() - cpu, "peak": peak, "stays": stays, "size": len(text)}


def _render(made: dict[str, Any], text: str) -> None:
    """Every body as it would be sent, of a product whose document is in a ConfigMap."""
    zone = next(crowd.zones(0, 1, over=1))
    for planned in plan_of(made, crowd.plane(), zone, {f"{_SOURCE['name']}/{_SOURCE['key']}": text}).resources:
        json.dumps(resolve(planned.body, lambda ref: f"{ref.key} {ref.path}"))


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024 / 1024


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_measure()))
