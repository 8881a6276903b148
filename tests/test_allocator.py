"""The allocator takes what it is told, where it is one that can be told; the collector passes over what stays, and over nothing else."""

import gc
import platform
from weakref import ref

from loom.allocator import give_memory_back, spare_what_stays


class Thing:
    """Something that may hold itself."""

    me: "Thing | None" = None


def test_glibc_takes_every_wish_and_others_are_left_alone() -> None:
    assert give_memory_back() is (platform.libc_ver()[0] == "glibc")


def test_what_comes_after_what_stays_is_collected_as_before() -> None:
    before = gc.get_threshold()
    try:
        spare_what_stays()
        assert gc.get_freeze_count() > 0
        thing = Thing()
        thing.me = thing
        seen = ref(thing)
        del thing
        gc.collect()
        assert seen() is None
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
