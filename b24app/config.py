"""Configuration from the environment: read once, frozen, odd values refused at boot."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LEAST_SECRET = 8
LEAST_LOG_DAYS = 3
"""The marketplace asks for three days of the REST log, so fewer are never kept."""

MOST_LOG_DAYS = 36_500
"""A century: before the first day of the calendar there are no files to keep."""

MOST_PROXIES = 100
MOST_DIGITS = 9


class ConfigError(Exception):
    """A setting is missing or odd. The text names the variable and what to write there."""


@dataclass(frozen=True, slots=True)
class Config:
    """All settings of one process. `docs/configuration.md` and `.env.example` list them."""

    app_url: str
    client_id: str
    client_secret: str
    oauth_url: str
    oauth_hosts: frozenset[str]
    database_url: str
    secret_key: str
    token_keys: tuple[str, ...]
    trust_local_portals: bool = False
    rest_log_dir: str = "instance/rest-log"
    rest_log_days: int = 7
    log_level: str = "INFO"
    trusted_proxies: int = 0
    metrics_token: str = ""
    security_contact: str = ""
    licensor: str = ""
    support_email: str = ""
    error_tracker_dsn: str = ""
    app_env: str = "production"

    @property
    def is_development(self) -> bool:
        """Return whether generated keys and the simulator are allowed."""
        return self.app_env == "development"

    def doubts(self) -> Iterator[str]:
        """Yield what is allowed, and hardly ever meant in production."""
        if self.trust_local_portals:
            yield "B24_TRUST_LOCAL_PORTALS is on: portals over http are trusted"
        elif self.app_url.startswith("http:"):
            yield f"APP_URL is {self.app_url}, which no portal can open: set it"
        if self.app_url.startswith("https:") and not self.trusted_proxies:
            # The app has no TLS of its own, so there is a proxy.
            yield "TRUSTED_PROXIES is 0: all visitors seem to come from the proxy's address"

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Config:
        """Read the environment; raise ConfigError naming the first variable that does not fit."""
        return _Reader(os.environ if env is None else env).config()


def _development_key(name: str, make: Callable[[], str]) -> str:
    """Return a generated key that all processes of a development machine share and find again.

    It appears under its name only when it is whole: workers start at the same moment.
    """
    path = Path("instance") / f"development-{name}"
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(make(), encoding="utf-8")
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
    return path.read_text(encoding="utf-8").strip()


def _is_web_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        # A port that is none is seen when it is asked for.
        is_whole = parts.port != 0 and bool(parts.hostname)
    except ValueError:
        return False
    has_more = "?" in value or "#" in value or "@" in parts.netloc or " " in value
    return parts.scheme in {"http", "https"} and is_whole and not has_more


class _Reader:
    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.app_env = self._one_of("APP_ENV", ("production", "development"), "production")
        self.trust_local = self._flag("B24_TRUST_LOCAL_PORTALS")

    def config(self) -> Config:
        oauth_url = self._url("B24_OAUTH_URL", "https://oauth.bitrix.info")
        hosts = self._text("B24_OAUTH_HOSTS", "oauth.bitrix.info,oauth.bitrix24.tech")
        named = {host.strip().lower() for host in hosts.split(",") if host.strip()}
        return Config(
            app_url=self._app_url(),
            client_id=self._needed("B24_CLIENT_ID", "the client id of the vendor card"),
            client_secret=self._needed("B24_CLIENT_SECRET", "the client secret of the vendor card"),
            oauth_url=oauth_url,
            oauth_hosts=frozenset(named | {urlsplit(oauth_url).netloc.lower()}),
            database_url=self._text("DATABASE_URL", "sqlite:///instance/b24app.db"),
            secret_key=self._secret_key(),
            token_keys=self._token_keys(),
            trust_local_portals=self.trust_local,
            rest_log_dir=self._text("REST_LOG_DIR", "instance/rest-log"),
            rest_log_days=max(LEAST_LOG_DAYS, self._int("REST_LOG_DAYS", 7, most=MOST_LOG_DAYS)),
            log_level=self._one_of("LOG_LEVEL", LOG_LEVELS, "INFO", read=str.upper),
            trusted_proxies=self._int("TRUSTED_PROXIES", 0, most=MOST_PROXIES),
            metrics_token=self._text("METRICS_TOKEN", ""),
            security_contact=self._contact(),
            licensor=self._text("LICENSOR", ""),
            support_email=self._text("SUPPORT_EMAIL", ""),
            error_tracker_dsn=self._text("ERROR_TRACKER_DSN", ""),
            app_env=self.app_env,
        )

    def _is_local(self) -> bool:
        return self.trust_local or self.app_env == "development"

    def _text(self, name: str, default: str) -> str:
        return self.env.get(name, "").strip() or default

    def _needed(self, name: str, what: str) -> str:
        value = self._text(name, "")
        if value:
            return value
        if self.app_env == "development":
            return f"local.{name.lower().replace('_', '')}"
        raise ConfigError(f"{name} is not set. Set it to {what}; see .env.example.")

    def _flag(self, name: str) -> bool:
        return self._one_of(name, ("0", "1"), "0") == "1"

    def _one_of(
        self,
        name: str,
        allowed: tuple[str, ...],
        default: str,
        read: Callable[[str], str] = str,
    ) -> str:
        value = read(self._text(name, default))
        if value not in allowed:
            raise ConfigError(f"{name} is {value!r}. It must be one of: {', '.join(allowed)}.")
        return value

    def _int(self, name: str, default: int, *, most: int) -> int:
        text = self._text(name, str(default))
        is_number = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
        if not is_number or int(text) > most:
            raise ConfigError(f"{name} is {text!r}. It must be a whole number from 0 to {most}.")
        return int(text)

    def _url(self, name: str, default: str) -> str:
        value = self._text(name, default).rstrip("/")
        if not _is_web_address(value):
            raise ConfigError(f"{name} is {value!r}. It must be a URL such as https://host.")
        # With its scheme in small letters.
        value = urlsplit(value).geturl()
        if value.startswith("http:") and value != default and not self._is_local():
            raise ConfigError(
                f"{name} is {value!r}. It must be https; http is for local work with "
                "B24_TRUST_LOCAL_PORTALS=1 or APP_ENV=development."
            )
        return value

    def _app_url(self) -> str:
        value = self._url("APP_URL", "http://127.0.0.1:8000")
        if urlsplit(value).path:
            raise ConfigError(f"APP_URL is {value!r}. It must be without a path: https://host.")
        return value

    def _contact(self) -> str:
        # The mailbox that RFC 2142 names for it.
        host = urlsplit(self._app_url()).hostname
        value = self._text("SECURITY_CONTACT", f"mailto:security@{host}")
        if not value.startswith(("mailto:", "https://", "tel:")) or not value.isprintable():
            raise ConfigError(
                f"SECURITY_CONTACT is {value!r}. It must be a URI such as mailto:security@host."
            )
        return value

    def _secret_key(self) -> str:
        value = self._text("SECRET_KEY", "")
        if not value and self.app_env == "development":
            return _development_key("secret-key", lambda: secrets.token_urlsafe(32))
        if len(value) < LEAST_SECRET:
            raise ConfigError(
                f"SECRET_KEY is not set or shorter than {LEAST_SECRET} characters. Make one with: "
                ".venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(32))'"
            )
        return value

    def _token_keys(self) -> tuple[str, ...]:
        text = self._text("TOKEN_KEYS", "")
        if not text and self.app_env == "development":
            return (_development_key("token-key", lambda: Fernet.generate_key().decode()),)
        keys = tuple(key.strip() for key in text.split(",") if key.strip())
        if not keys:
            raise ConfigError(
                "TOKEN_KEYS is not set. Make a key with: .venv/bin/python -c "
                "'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
            )
        for key in keys:
            try:
                Fernet(key)
            except ValueError:
                raise ConfigError(
                    "TOKEN_KEYS holds something that is no Fernet key: each has 44 characters, and "
                    "commas part them. A lost one cannot be made again, only copied."
                ) from None
        return keys
