"""The registered application, its installation on the portal, and what it has bound there."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

MANIFEST = Path(__file__).parents[3] / "install.json"
FALLS_BACK_TO_RUSSIAN = frozenset({"ru", "kz", "by", "uz"})
"""php main/lib/localization/loc.php `getDefaultLang`; all others fall back to English."""


@dataclass
class Application:
    """One application card of the vendor: credentials, addresses, scopes."""

    client_id: str
    client_secret: str
    code: str
    name: str
    version: int
    scopes: tuple[str, ...]
    url: str
    installer_url: str
    redirect_uri: str
    id: int = 5


@dataclass
class Placement:
    """One binding made with `placement.bind`. `lang_all` maps a language to TITLE and so on."""

    id: int
    code: str
    handler: str
    title: str = ""
    description: str = ""
    lang_all: dict[str, dict[str, str]] = field(default_factory=dict)
    user_id: int = 0

    def title_in(self, language: str) -> str:
        """Return the tab's title for a person; empty means: show the application's name.

        In the person's language, else in the one that the portal falls back to for it.
        """
        for code in (language, "ru" if language in FALLS_BACK_TO_RUSSIAN else "en"):
            if title := self.lang_all.get(code, {}).get("TITLE"):
                return title
        return self.title


@dataclass
class EventHandler:
    """One handler bound with `event.bind`; `auth_type` 0 means the user who caused the event."""

    id: int
    event: str
    handler: str
    auth_type: int = 0
    is_offline: bool = False


@dataclass
class Installation:
    """The application on this portal. None in the state means it is not installed.

    Until `is_finished` no tab is shown, no event is sent, and only administrators get a page
    (the installer). `number` counts installations, so that tokens of an earlier one stay dead.
    """

    number: int
    user_id: int
    application_token: str
    version: int
    scope: tuple[str, ...]
    status: str = "F"
    is_finished: bool = False
    is_payment_expired: bool = False
    placements: list[Placement] = field(default_factory=list)
    event_handlers: list[EventHandler] = field(default_factory=list)


def new_application_token() -> str:
    """Return 32 hex digits, the shape of the portal's application token."""
    return secrets.token_hex(16)


def load_application(env: Mapping[str, str] | None = None) -> Application:
    """Return the card of our application: install.json plus APP_URL and the B24_ credentials."""
    env = os.environ if env is None else env
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    base = env.get("APP_URL", "").rstrip("/") or "http://127.0.0.1:8000"
    return Application(
        client_id=env.get("B24_CLIENT_ID") or "app.5f2a0c9e7d1b48.10203040",
        client_secret=env.get("B24_CLIENT_SECRET") or "simulator-client-secret",
        code="northwind.deal_payments",
        name=manifest["name"],
        version=manifest["version"],
        scopes=tuple(entry["scope"] for entry in manifest["scopes"]),
        url=base + manifest["paths"]["application"],
        installer_url=base + manifest["paths"]["installer"],
        redirect_uri=f"{base}/oauth/callback",
    )


def other_application() -> Application:
    """Return a second application on the portal: its tokens are genuine, but not ours."""
    return Application(
        client_id="app.0badc0de000000.99887766",
        client_secret="other-client-secret",  # noqa: S106 - opens nothing, never leaves tests
        code="northwind.other_app",
        name="Another application",
        version=1,
        scopes=("crm", "placement", "salescenter", "pay_system", "user_brief"),
        url="http://127.0.0.1:9/",
        installer_url="http://127.0.0.1:9/install",
        redirect_uri="http://127.0.0.1:9/oauth/callback",
        id=6,
    )
