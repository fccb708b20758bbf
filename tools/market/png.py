"""The head of a PNG file, read with nothing but the standard library."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

SIGNATURE = b"\x89PNG\r\n\x1a\n"
TRUE_COLOUR, PALETTE = 2, 3


@dataclass(frozen=True)
class Head:
    """Size in pixels, and whether any pixel could be transparent."""

    width: int
    height: int
    may_be_transparent: bool


def head_of(path: Path) -> Head | None:
    """Read the head of a picture; None for what is no PNG."""
    data = path.read_bytes()
    if not data.startswith(SIGNATURE) or data[12:16] != b"IHDR" or len(data) < 33:
        return None
    width, height, _, colour = struct.unpack(">IIBB", data[16:26])
    return Head(width, height, colour not in {0, TRUE_COLOUR, PALETTE} or _has_alpha_table(data))


def _has_alpha_table(data: bytes) -> bool:
    """Return whether a tRNS chunk stands before the pixels."""
    at = len(SIGNATURE)
    while at + 8 <= len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind = data[at + 4 : at + 8]
        if kind in {b"tRNS", b"IDAT"}:
            return kind == b"tRNS"
        at += 12 + length
    return False
