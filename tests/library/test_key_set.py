"""The set of digests holds what was put in, and takes little more than that."""

import hashlib

from service.library.items import KeySet


def key(number: int) -> bytes:
    """Some end in zeros, as a sixteenth of a percent of all digests do."""
    return hashlib.blake2b(str(number).encode(), digest_size=15).digest() + bytes([number % 3])


def test_it_holds_what_was_added_and_nothing_else() -> None:
    keys = KeySet(most_recent=100)
    assert all(keys.add(key(number)) for number in range(0, 2_000, 2))
    assert not any(keys.add(key(number)) for number in range(0, 2_000, 2))
    assert [key(number) in keys for number in range(2_000)] == [number % 2 == 0 for number in range(2_000)]
    assert len(keys) == 1_000


def test_keys_that_differ_in_a_last_zero_are_two() -> None:
    keys = KeySet(most_recent=1)
    assert keys.add(b"x" * 14 + b"\0\0")
    assert b"x" * 14 + b"\0\1" not in keys
    assert b"x" * 14 + b"\0\0" in keys
