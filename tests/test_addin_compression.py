"""Compression of VBA source: the examples of [MS-OVBA] 3.2, and what an independent reader makes of ours."""

from __future__ import annotations

import random

import pytest

from arc_sync.addin.compression import compress
from tests.addin_readers import decompressed

NORMAL = b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa"
#: 3.2.2 as published. Three of its references name an earlier of equally near matches.
PUBLISHED = bytes.fromhex(
    "01 2f b0 00 23 61 61 61 62 63 64 65 82 66 00 70 61 67 68 69 6a 01 38 08 61 6b 6c 00 30 6d 6e 6f 70 06 71 02 70 04 10"
    " 72 73 74 75 76 10 77 78 79 7a 00 3c"
)
#: The same by the algorithm of 2.4.1.3.19.4, which keeps the first of equally long matches, going backwards.
NEAREST = bytes.fromhex(
    "01 2f b0 00 23 61 61 61 62 63 64 65 82 66 00 70 61 67 68 69 6a 01 38 08 61 6b 6c 00 20 6d 6e 6f 70 06 71 02 70 04 00"
    " 72 73 74 75 76 10 77 78 79 7a 00 2c"
)


def test_what_cannot_be_shortened_stays_as_it_is() -> None:
    expected = "01 19 b0 00 61 62 63 64 65 66 67 68 00 69 6a 6b 6c 6d 6e 6f 70 00 71 72 73 74 75 76 2e"
    assert compress(b"abcdefghijklmnopqrstuv.") == bytes.fromhex(expected)


def test_the_normal_example_is_as_short_as_published_and_says_the_same() -> None:
    assert compress(NORMAL) == NEAREST
    assert len(NEAREST) == len(PUBLISHED)
    assert decompressed(NEAREST) == decompressed(PUBLISHED) == NORMAL


def test_the_best_example_is_as_published() -> None:
    assert compress(b"a" * 73) == bytes.fromhex("01 03 b0 02 61 45 00")


@pytest.mark.parametrize("size", [0, 1, 2, 3, 15, 16, 17, 4095, 4096, 4097, 8192, 20001])
@pytest.mark.parametrize("alphabet", [b"ab", b"Public Sub x()\r\n", bytes(range(256))])
def test_every_length_comes_back(size: int, alphabet: bytes) -> None:
    text = bytes(random.Random(size).choices(alphabet, k=size))
    came_back = decompressed(compress(text))
    assert came_back[:size] == text
    assert set(came_back[size:]) <= {0}  # a last chunk that is stored is filled up


def test_no_chunk_says_it_is_longer_than_a_chunk_may_be() -> None:
    noise = random.Random(7).randbytes(40_960)
    container, at, chunks = compress(noise), 1, 0
    while at < len(container):
        header = int.from_bytes(container[at : at + 2], "little")
        assert (header >> 12) & 7 == 0b011
        assert (header & 0x0FFF) + 3 <= 4098
        at, chunks = at + (header & 0x0FFF) + 3, chunks + 1
    assert (at, chunks) == (len(container), 10)
