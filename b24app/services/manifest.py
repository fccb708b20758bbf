"""Read `install.json`: the single source for scopes, placements, events and handler paths."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ManifestPlacement:
    """One card tab. `placement` may hold `{entity_type_id}` for smart processes."""

    placement: str
    setting: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class Manifest:
    """The manifest as the code uses it. README, section "install.json", defines the format."""

    name: str
    version: int
    scopes: frozenset[str]
    placements: tuple[ManifestPlacement, ...]
    events: tuple[str, ...]
    paths: Mapping[str, str]
    tab_titles: Mapping[str, str]

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """Read and check the file. A missing key is a programming error and raises KeyError."""
        data = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            name=data["name"],
            version=data["version"],
            scopes=frozenset(entry["scope"] for entry in data["scopes"]),
            placements=tuple(
                ManifestPlacement(entry["placement"], entry["setting"], entry["default"])
                for entry in data["placements"]
            ),
            events=tuple(entry["event"] for entry in data["events"]),
            paths=data["paths"],
            tab_titles=data["tab_titles"],
        )
