"""The portal around the cards: its users, the application, links, payment systems.

https://apidocs.bitrix24.com.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from b24app.bitrix.command import NEEDS_NO_RIGHTS, Command
from b24app.bitrix.methods.method import BASIC, Method
from b24app.bitrix.methods.payments import PaymentId, check_id
from b24app.bitrix.wire.decoding import Record, entries, record, rows, unexpected, whole
from b24app.domain import PaySystem, PortalUser, PublicLink
from b24app.errors import (
    BusinessRefusalError,
    NoPublicPageError,
    NoShopError,
    PhoneUnconfirmedError,
    UserBlockedError,
)

PAGE = 50
MAX_ZONE = 64
MAX_PICTURE = 64 * 1024
CLIENT_ACCOUNT = "inner"
"""The handler of the payment system that is the client's account in the shop."""


@dataclass(frozen=True, slots=True)
class AppInfo:
    """How the portal sees the application. `code` names it, `status` is F D T P L or S.

    `is_installed` is False until the wizard has called installFinish. `days` counts what is left
    of a trial or subscription. `version` is the one that the portal has.
    """

    code: str
    version: str
    status: str
    is_installed: bool
    is_payment_expired: bool
    days: int | None


PROFILE = Method(name="profile", scope=BASIC, page="profile", codes=NEEDS_NO_RIGHTS)


def profile() -> Command[PortalUser]:
    """Name the owner of the token. An inactive user is UserBlockedError."""

    def decode(value: object) -> PortalUser:
        # An empty PHP array is how the portal answers for an inactive user.
        if value == []:
            raise UserBlockedError("the user is not active", code="inactive", method=PROFILE.name)
        row = record(PROFILE.name, value)
        is_admin = row.flag_or_none("ADMIN") is True
        return PortalUser(row.id("ID"), _name(row), is_admin, row.exact("TIME_ZONE", MAX_ZONE))

    return PROFILE.command({}, decode)


APP_INFO = Method(name="app.info", scope=BASIC, page="app-info", codes=NEEDS_NO_RIGHTS)


def app_info() -> Command[AppInfo]:
    """Name the application the token belongs to, by its code."""

    def decode(value: object) -> AppInfo:
        row = record(APP_INFO.name, value)
        return AppInfo(
            code=row.text("CODE"),
            version=row.text("VERSION"),
            status=row.text("STATUS"),
            is_installed=row.flag_or_none("INSTALLED") is True,
            is_payment_expired=row.text("PAYMENT_EXPIRED") == "Y",
            days=whole(row.get("DAYS")),
        )

    return APP_INFO.command({}, decode)


USERS = Method(name="user.get", scope="user_brief", page="user-get")


def users(ids: Sequence[int]) -> Command[dict[int, str]]:
    """Map user ids to names; at most 50 at once. Some ids never resolve (quirk 52)."""
    if not 0 < len(ids) <= PAGE:
        raise ValueError("user.get answers 1 to 50 users a call")

    def decode(value: object) -> dict[int, str]:
        named = rows(USERS.name, value, lambda row: (row.id("ID"), _name(row)))
        return {user_id: name for user_id, name in named if name}

    return USERS.command({"ID": list(ids)}, decode)


PUBLIC_LINK = Method(
    name="salescenter.payment.getPublicUrl",
    scope="salescenter",
    page="salescenter-payment-get-public-url",
    zero=NoPublicPageError,
    old_zero=NoPublicPageError,
)


def public_link(payment_id: PaymentId) -> Command[PublicLink]:
    """Read the public page of a payment. It is a secret: anyone who has it can open the payment.

    The portal checks no rights on the payment (quirk 42): prove first that it is of the card.
    Success without a link is NoShopError or PhoneUnconfirmedError.
    """

    def decode(value: object) -> PublicLink:
        row = record(PUBLIC_LINK.name, value)
        link = row.get("payment")
        if not isinstance(link, Mapping) or not link:
            raise _without_link(PUBLIC_LINK.name, row)
        fields = Record(PUBLIC_LINK.name, link)
        url = _web_address(PUBLIC_LINK.name, fields, "url")
        short_url = (
            _web_address(PUBLIC_LINK.name, fields, "shortUrl") if fields.text("shortUrl") else url
        )
        return PublicLink(url, short_url, fields.exact("qr", MAX_PICTURE))

    return PUBLIC_LINK.command({"id": check_id(payment_id)}, decode)


PAY_SYSTEMS = Method(name="sale.paysystem.list", scope="pay_system", page="sale-pay-system-list")


def pay_systems() -> Command[tuple[PaySystem, ...]]:
    """List the active payment systems for orders. For CRM administrators only (quirk 54).

    The client's account in the shop is among them (quirk 109).
    """
    params = {
        "SELECT": ["ID", "NAME", "SORT", "ACTION_FILE"],
        # Equality only: the portal drops prefixes of filters here (quirk 26).
        "FILTER": {"ENTITY_REGISTRY_TYPE": "ORDER", "ACTIVE": "Y"},
        "ORDER": {"SORT": "ASC", "ID": "ASC"},
    }

    def read(row: Record) -> PaySystem:
        system_id = row.id("ID")
        is_account = row.text("ACTION_FILE") == CLIENT_ACCOUNT
        return PaySystem(system_id, row.name("NAME", f"#{system_id}"), is_account)

    return PAY_SYSTEMS.command(params, lambda value: rows(PAY_SYSTEMS.name, value, read))


class MethodState(StrEnum):
    """Whether the application can call a method on a portal."""

    USABLE = "usable"
    NO_SCOPE = "no_scope"
    UNKNOWN = "unknown"

    @property
    def is_usable(self) -> bool:
        """Return whether calling it makes sense."""
        return self is MethodState.USABLE


METHOD_GET = Method(name="method.get", scope=BASIC, page="method-get", codes=NEEDS_NO_RIGHTS)


def method_state(name: str) -> Command[MethodState]:
    """Tell whether the portal has a method, and may be called; it caches this for days."""

    def decode(value: object) -> MethodState:
        row = record(METHOD_GET.name, value)
        if not row.flag("isExisting"):
            return MethodState.UNKNOWN
        return MethodState.USABLE if row.flag("isAvailable") else MethodState.NO_SCOPE

    # In small letters: the portal does not compare names in any other way (rest-contract e.19).
    return METHOD_GET.command({"name": name.lower()}, decode)


SCOPE = Method(name="scope", scope=BASIC, page="scope", codes=NEEDS_NO_RIGHTS)


def scope() -> Command[frozenset[str]]:
    """Read the scopes granted to the application on this portal."""

    def decode(value: object) -> frozenset[str]:
        return frozenset(name for name in entries(SCOPE.name, value) if isinstance(name, str))

    return SCOPE.command({}, decode)


def _name(row: Record) -> str:
    parts = (row.text("NAME").strip(), row.text("LAST_NAME").strip())
    return " ".join(part for part in parts if part)


def _without_link(method: str, row: Record) -> BusinessRefusalError:
    has_site = (whole(row.get("connectedSiteId")) or 0) > 0
    is_unconfirmed = has_site and row.get("isPhoneConfirmed") is False
    kind = PhoneUnconfirmedError if is_unconfirmed else NoShopError
    return kind(f"{method}: success without a link", method=method, http_status=200)


def _web_address(method: str, fields: Record, name: str) -> str:
    """Return a link that is safe to put behind a button: nothing but http and https."""
    address = fields.exact(name)
    try:
        parts = urlsplit(address)
    except ValueError:
        raise unexpected(method, f"{name} is not an address") from None
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise unexpected(method, f"{name} is not an address")
    return address
