"""What the operator measures of itself, under names that people know from controller-runtime, with our own prefix.

Age and latency are here and not in statuses. Series are few: by kind and outcome, never by object.
"""

from collections.abc import Callable, Iterable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    start_http_server,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from loom import __version__

_PASS_BUCKETS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
_WAIT_BUCKETS = (0.001, 0.01, 0.1, 1, 10, 60, 300)
_REQUEST_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

Gauges = Callable[[], dict[str, float]]
_GAUGES = {
    "loom_workqueue_depth": "Objects that are ready and wait for a worker.",
    "loom_workqueue_delayed": "Objects that wait for their time.",
    "loom_workqueue_longest_wait_seconds": "How long the longest waiting ready object has waited.",
    "loom_workqueue_longest_running_processor_seconds": "How long the longest running pass has run.",
    "loom_reconcile_active_workers": "Passes that are running.",
    "loom_objects": "Objects in the cache.",
    "loom_azure_budget_used_ratio": "How much of the scarcest request budget is in use.",
}


class _Live(Collector):
    """Gauges that are read when somebody scrapes."""

    def __init__(self, read: Gauges) -> None:
        self._read = read

    def collect(self) -> Iterable[Metric]:
        """Every gauge as it is now."""
        values = self._read()
        for name, words in _GAUGES.items():
            yield GaugeMetricFamily(name, words, value=values.get(name, 0.0))
        build = GaugeMetricFamily("loom_build_info", "The version that runs.", labels=["version"])
        build.add_metric([__version__], 1.0)
        yield build


class Metrics:
    """The counters of one operator; it is the meter of the adapters and of the workers."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # else every series is there twice
        registry = self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=registry)
        self._passes = Counter(
            "loom_reconcile", "Passes, by kind and how they ended.", ["kind", "result"], registry=registry
        )
        self._pass_time = Histogram(
            "loom_reconcile_time_seconds", "How long a pass takes.", ["kind"], buckets=_PASS_BUCKETS, registry=registry
        )
        self._queue_time = Histogram(
            "loom_workqueue_queue_duration_seconds",
            "How long a ready object waits for a worker.",
            buckets=_WAIT_BUCKETS,
            registry=registry,
        )
        self._requests = Counter(
            "loom_azure_requests", "Requests to Azure.", ["verb", "type", "outcome"], registry=registry
        )
        self._request_time = Histogram(
            "loom_azure_request_seconds", "How long Azure takes.", ["verb"], buckets=_REQUEST_BUCKETS, registry=registry
        )
        self._budget_wait = Histogram(
            "loom_azure_budget_wait_seconds",
            "How long a request waits for its turn within the budgets.",
            buckets=_WAIT_BUCKETS,
            registry=registry,
        )
        self._throttled = Counter(
            "loom_azure_throttled", "429 answers; there should be none.", ["code"], registry=registry
        )

    def passed(self, kind: str, result: str, seconds: float) -> None:
        """A pass ended."""
        self._passes.labels(kind, result).inc()
        self._pass_time.labels(kind).observe(seconds)

    def queued(self, seconds: float) -> None:
        """A key was taken after it was ready for so long."""
        self._queue_time.observe(seconds)

    def request(self, verb: str, kind: str, outcome: str, seconds: float) -> None:
        """Azure answered."""
        self._requests.labels(verb, kind, outcome).inc()
        self._request_time.labels(verb).observe(seconds)

    def waited(self, seconds: float) -> None:
        """A request waited for its turn."""
        self._budget_wait.observe(seconds)

    def throttled(self, code: str) -> None:
        """Azure answered 429."""
        self._throttled.labels(code).inc()

    def serve(self, address: str, port: int, gauges: Gauges) -> Callable[[], None]:
        """Serve /metrics from a thread of its own, as printing many series takes a while. Returns what stops it; port 0 serves nothing."""
        self.registry.register(_Live(gauges))
        if port == 0:
            return lambda: None
        server, thread = start_http_server(port, address, registry=self.registry)

        def stop() -> None:
            server.shutdown()
            server.server_close()
            thread.join()

        return stop
