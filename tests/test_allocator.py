"""The allocator takes what it is told, where it is one that can be told."""

import platform

from loom.allocator import give_memory_back


def test_glibc_takes_every_wish_and_others_are_left_alone() -> None:
    assert give_memory_back() is (platform.libc_ver()[0] == "glibc")
