"""The documented examples and how an answer is compared with them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).parents[2] / "docs" / "bitrix24" / "examples"
# Fields that belong to the documented portal alone: custom fields and its links between types.
_LOCAL = re.compile(r"ufCrm_.*|parentId\d+")
# Shown only where the resource limiter is active.
_LIMITER = frozenset({"operating", "operating_reset_at"})


def example(stem: str) -> dict[str, Any]:
    """Return one example file."""
    loaded: dict[str, Any] = json.loads((EXAMPLES / f"{stem}.json").read_text(encoding="utf-8"))
    return loaded


def stems() -> list[str]:
    """Return the names of all example files."""
    return sorted(path.name.removesuffix(".json") for path in EXAMPLES.glob("*.json"))


def mismatches(
    documented: object, actual: object, optional: frozenset[str] = frozenset(), path: str = "$"
) -> list[str]:
    """Name every place where keys or types differ. A documented null may be anything.

    `optional` keys may be absent or null. Documented ids and texts are not compared.
    """
    if documented is None or (actual in (None, []) and path.rsplit(".", 1)[-1] in optional):
        return []
    if isinstance(documented, dict):
        return _in_object(documented, actual, optional, path)
    if isinstance(documented, list):
        return _in_list(documented, actual, optional, path)
    if _kind(documented) != _kind(actual):
        return [f"{path}: documented {documented!r}, answered {actual!r}"]
    return []


def _in_object(
    documented: dict[str, object], actual: object, optional: frozenset[str], path: str
) -> list[str]:
    if not isinstance(actual, dict):
        # PHP prints an empty object as [].
        return [] if not documented and actual == [] else [f"{path}: no object but {actual!r}"]
    found = []
    for key, value in documented.items():
        if _LOCAL.fullmatch(key) or (key in _LIMITER and key not in actual):
            continue
        if key in actual:
            found += mismatches(value, actual[key], optional, f"{path}.{key}")
        elif key not in optional:
            found.append(f"{path}.{key}: missing")
    return found


def _in_list(
    documented: list[object], actual: object, optional: frozenset[str], path: str
) -> list[str]:
    if not isinstance(actual, list):
        return [f"{path}: no list but {actual!r}"]
    if not documented:
        return []
    if not actual:
        return [f"{path}: empty, so nothing was compared"]
    return [line for row in actual for line in mismatches(documented[0], row, optional, path)]


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "bool"
    return "number" if isinstance(value, int | float) else type(value).__name__
