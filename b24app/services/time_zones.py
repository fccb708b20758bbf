"""Load time zones by the names that portals use."""

from __future__ import annotations

from datetime import tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@lru_cache(maxsize=512)
def load(name: str) -> tzinfo | None:
    """Return the zone, None if there is none with this name.

    A name may match anything in the folder of zones: `Europe` is a folder, `tzdata.zi` another
    file.
    """
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
