"""Waiting for a condition, never for a time."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(probe: Callable[[], T], timeout: float = 30.0, every: float = 0.1) -> T:
    """What `probe` returns once it raises no AssertionError any more; its last AssertionError after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            return probe()
        except AssertionError as error:
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {timeout:g} s: {error}") from error
        threading.Event().wait(every)
