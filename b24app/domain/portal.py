"""What a portal has beside its cards: people, their tokens, payment systems, public pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PaySystem:
    """A payment system of the portal's directory; nothing else of it is kept.

    `is_account`: it is the client's account in the portal's shop.
    """

    id: int
    name: str
    is_account: bool = False


@dataclass(frozen=True, slots=True)
class PublicLink:
    """A payment's public page. `qr_png_base64` is empty where the portal sent no picture."""

    url: str = field(repr=False)
    short_url: str = field(repr=False)
    qr_png_base64: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class PortalUser:
    """The owner of a token, as `profile` names them."""

    id: int
    name: str
    is_admin: bool
    time_zone: str = ""


@dataclass(frozen=True, slots=True)
class TokenPair:
    """An OAuth pair. `expires_at` is aware UTC and informative: only the portal decides."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TokenResponse:
    """What the authorization server answered: the only trusted source of a portal's address."""

    tokens: TokenPair
    member_id: str
    client_endpoint: str
    server_endpoint: str
    scope: frozenset[str]
    status: str
    user_id: int | None
