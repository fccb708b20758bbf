"""The version card: what is ticked and typed into the vendor's account, from `install.json`."""

from __future__ import annotations

import json
from typing import Any

from tools.market.kit import Places, values

TICKS: tuple[tuple[str, bool, str], ...] = (
    (
        "Add custom page and menu item",
        True,
        "Without it the app counts as one without interface: the installer page is never shown.",
    ),
    ("Add widgets", True, "The tabs and places listed below are bound by the installer."),
    (
        "Can be installed by user without administrative rights",
        False,
        "Binding a tab needs an administrator.",
    ),
    (
        "Embed to BitrixMobile",
        False,
        "The mobile app shows no tabs of apps, and the app's own page is for administrators.",
    ),
)


def version_card(places: Places) -> dict[str, Any]:
    """Return the card as data."""
    manifest = places.manifest
    address = values(places, "en")["app_url"]
    paths = manifest["paths"]
    return {
        "app_name": manifest["name"],
        "release": manifest["release"],
        "version": manifest["version"],
        "type": "server application with OAuth 2.0",
        "application_url": address + paths["application"],
        "installer_url": address + paths["installer"],
        "placement_handler": address + paths["placement"],
        "event_handler": address + paths["events"],
        "redirect_url": address + "/oauth/callback",
        "license_url": address + "/legal/license",
        "privacy_url": address + "/legal/privacy",
        "menu_title": manifest["name"],
        "ticks": {name: ticked for name, ticked, _ in TICKS},
        "scopes": {scope["scope"]: scope["reason"] for scope in manifest["scopes"]},
        "placements": [placement["placement"] for placement in manifest["placements"]],
        "events": [event["event"] for event in manifest["events"]],
    }


def as_json(card: dict[str, Any]) -> str:
    """Return the file `version-card.json`."""
    return json.dumps(card, indent=2, ensure_ascii=False) + "\n"


def as_page(card: dict[str, Any]) -> str:
    """Return the same card for people: `version-card.md`."""
    why = {name: reason for name, _, reason in TICKS}
    fields = [
        ("App name, in every language", card["app_name"]),
        ("Type", card["type"]),
        ("Application URL", card["application_url"]),
        ("Application installer URL", card["installer_url"]),
        ("Redirect URL, where asked for", card["redirect_url"]),
        ("Title of the menu item", card["menu_title"]),
        ("Licence agreement", card["license_url"]),
        ("Privacy policy", card["privacy_url"]),
    ]
    lines = [
        f"# Version card: {card['app_name']} {card['release']}",
        "",
        "Made by `make market` from `install.json`; `version-card.json` has the same as data.",
        "",
        "| field | value |",
        "| --- | --- |",
        *(f"| {name} | {value} |" for name, value in fields),
        "",
        "| tick | | why |",
        "| --- | --- | --- |",
        *(
            f"| {name} | **{'yes' if ticked else 'no'}** | {why[name]} |"
            for name, ticked in card["ticks"].items()
        ),
        "",
        "## Scopes",
        "",
        "| scope | why |",
        "| --- | --- |",
        *(f"| `{scope}` | {reason} |" for scope, reason in card["scopes"].items()),
        "",
        "## Placements",
        "",
        f"All are bound by the installer or the settings, to `{card['placement_handler']}`; "
        "`{entity_type_id}` stands for each smart process of the portal.",
        "",
        *(f"- `{placement}`" for placement in card["placements"]),
        "",
        "## Events",
        "",
        f"Bound by the installer to `{card['event_handler']}`:",
        "",
        *(f"- `{event}`" for event in card["events"]),
    ]
    return "\n".join(lines) + "\n"
