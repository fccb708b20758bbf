"""What the kit is made of, and its texts as they are pasted into the vendor's account.

Sources are `tools/market/texts/<language>.toml`, `install.json` and `market/vendor.toml`, which
the owner fills in. What the owner has not filled in yet stands as `[[name]]` in what is made.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
LANGUAGES = ("en", "de", "ru")
FIELDS = (
    "title", "short", "full", "keywords", "categories", "tags", "installation", "support",
    "test_data", "whats_new",
)  # fmt: skip
LOG_DAYS = "7"
"""The default of `REST_LOG_DAYS`."""

OPEN = re.compile(r"\[\[([a-z_]+)(?: in ([a-z]{2}))?\]\]")
NAMED = re.compile(r"\{([a-z_]+)\}")
IN_EACH_LANGUAGE = ("support_hours", "reaction_time")
IN_ALL = ("licensor", "app_url", "support_email", "support_phone", "support_site")


@dataclass(frozen=True)
class Places:
    """Where a kit is: tests lint copies with something broken."""

    root: Path = ROOT

    @property
    def market(self) -> Path:
        """Return the folder that is handed over."""
        return self.root / "market"

    @property
    def manifest(self) -> Mapping[str, Any]:
        """Return `install.json`."""
        read: Mapping[str, Any] = json.loads(_read(self.root / "install.json"))
        return read

    @property
    def vendor(self) -> Mapping[str, Any]:
        """Return what the owner has filled in, and "" for the rest."""
        return tomllib.loads(_read(self.market / "vendor.toml"))

    def source(self, language: str) -> Mapping[str, Any]:
        """Return the texts of a language as they are written, with names in braces."""
        return tomllib.loads(_read(self.root / f"tools/market/texts/{language}.toml"))

    def file(self, language: str, field: str) -> Path:
        """Return where a text of the card is."""
        return self.market / language / f"{field.replace('_', '-')}.txt"

    def has_page(self, name: str) -> bool:
        """Return whether a page of `docs/` is there: what it describes has landed."""
        return (self.root / "docs" / f"{name}.md").is_file()


def values(places: Places, language: str) -> dict[str, str]:
    """Return what stands for each name in braces; `[[name]]` where the owner has to say it."""
    vendor, manifest = places.vendor, places.manifest
    found = {name: str(vendor.get(name) or f"[[{name}]]") for name in IN_ALL}
    for name in IN_EACH_LANGUAGE:
        said = vendor.get(name, {}).get(language)
        found[name] = str(said or f"[[{name} in {language}]]")
    address = found["app_url"].rstrip("/")
    return {
        **found,
        "app_url": address,
        "license_url": f"{address}/legal/license?LANG={language}",
        "privacy_url": f"{address}/legal/privacy?LANG={language}",
        "name": manifest["name"],
        "menu_title": manifest["name"],
        "release": manifest["release"],
        "log_days": LOG_DAYS,
    }


def texts(places: Places, language: str) -> dict[str, str]:
    """Return every text of the card in a language, by its field."""
    named, source = values(places, language), places.source(language)
    made = {}
    for field in FIELDS:
        written = source[field]
        text = ", ".join(written) if isinstance(written, list) else written
        made[field] = NAMED.sub(lambda name: named[name[1]], text).strip() + "\n"
    return made


def open_questions(places: Places) -> Iterator[str]:
    """Yield what the owner has not said yet, by its name in `market/vendor.toml`."""
    vendor = places.vendor
    yield from (name for name in IN_ALL if not vendor.get(name))
    for name in IN_EACH_LANGUAGE:
        for language in LANGUAGES:
            if not vendor.get(name, {}).get(language):
                yield f"{name}.{language}"


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
