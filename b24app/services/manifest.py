"""Read `install.json`: the single source for scopes, placements, events and handler paths."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

TAB = "_DETAIL_TAB"


@dataclass(frozen=True, slots=True)
class ManifestPlacement:
    """One card tab or place beside it; several codes may share a setting.

    `placement` may hold `{entity_type_id}` for smart processes.
    """

    placement: str
    setting: str
    is_default: bool

    @property
    def is_tab(self) -> bool:
        """Return whether this is a card tab, not a place beside the tabs."""
        return self.placement.endswith(TAB)


@dataclass(frozen=True, slots=True)
class Manifest:
    """The manifest as the code uses it. README, section "install.json", defines the format."""

    name: str
    release: str
    version: int
    scopes: frozenset[str]
    placements: tuple[ManifestPlacement, ...]
    events: tuple[str, ...]
    paths: Mapping[str, str]
    tab_titles: Mapping[str, str]
    other_tab_titles: Mapping[str, str]

    @property
    def places(self) -> frozenset[str]:
        """Return the codes beside the tabs, which a portal may lack."""
        return frozenset(entry.placement for entry in self.placements if not entry.is_tab)

    @property
    def titles_mark(self) -> str:
        """Return what differs where the tabs have other titles: twelve hex digits."""
        titles = [self.tab_titles, self.other_tab_titles]
        return hashlib.sha256(json.dumps(titles, sort_keys=True).encode()).hexdigest()[:12]

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """Read and check the file. A missing key is a programming error and raises KeyError."""
        data = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            name=data["name"],
            release=data["release"],
            version=data["version"],
            scopes=frozenset(entry["scope"] for entry in data["scopes"]),
            placements=tuple(
                ManifestPlacement(entry["placement"], entry["setting"], entry["default"])
                for entry in data["placements"]
            ),
            events=tuple(entry["event"] for entry in data["events"]),
            paths=data["paths"],
            tab_titles=data["tab_titles"],
            other_tab_titles=data["other_tab_titles"],
        )
