"""Errors of our own: bad input, rules, sessions, conflicts, the database."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from b24app.errors.root import AppError, Executed


class InputCode(StrEnum):
    """What is wrong with the input, as its sentence is chosen. The names are stored in the log."""

    FRACTION = "fraction"
    FRACTION_ASKS = "fraction_asks"
    QUANTITY = "quantity"
    TOO_MANY = "too_many"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_PAYMENTS = "too_many_payments"
    NOTHING_CHOSEN = "nothing_chosen"
    NO_DELIVERY = "no_delivery"
    DELIVERY_THERE = "delivery_there"
    ZERO_ASKS = "zero_asks"
    NO_AMOUNT = "no_amount"
    REST_CHANGED = "rest_changed"
    """Of a conflict."""
    DELIVERY_PRICE = "delivery_price"
    """Of a conflict: a delivery costs something else than the person saw."""
    NOTHING_TO_BILL = "nothing_to_bill"
    NO_ESTIMATE = "no_estimate"
    ROWS_UNREAD = "rows_unread"
    ROWS_UNCLEAR = "rows_unclear"
    """Nobody knows which products of the card some lines bill (quirk 101)."""
    APART = "apart"
    """The portal takes a row into another payment only: this one has its product (quirk 101)."""
    LOWERS = "lowers"
    """It lowers the sum beside another row of its product, which an invoice does not take."""
    NO_SYSTEM = "no_system"
    CHOICE_GONE = "choice_gone"
    """What was chosen in a dialog is not on the card: removed in the meantime, or never there."""
    LINE_GONE = "line_gone"
    """A line is not in its payment: removed in the meantime, or never there."""
    SAME_PAYMENT = "same_payment"
    OTHER_ORDER = "other_order"
    """Of a conflict: a payment takes deliveries of its own order only (rest-contract e.8)."""
    NUMBER = "number"
    DATE = "date"
    UNTIL = "until"
    REMIND_DAY = "remind_day"
    NO_KEY = "no_key"
    NO_ADDRESS = "no_address"
    NOTE_TOO_LONG = "note_too_long"
    NO_STATEMENT = "no_statement"
    STATEMENT_TOO_LONG = "statement_too_long"
    STATEMENT_IS_XML = "statement_is_xml"
    NO_LINE_CHOSEN = "no_line_chosen"


class InputError(AppError):
    """Bad input. `code` names the sentence, `field` the form field it belongs to.

    `values` are what the sentence says: the product, and the most that can be billed of it.
    """

    def __init__(
        self,
        message: str = "",
        *,
        code: InputCode,
        field: str = "",
        values: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, code=code)
        self.field = field
        self.values = values or {}


class MalformedRequestError(AppError):
    """A frame post or event lacks a field or has one of the wrong shape."""


class AccessError(AppError):
    """Not allowed by our own rules or proofs."""


class UnknownPortalError(AccessError):
    """No installation of this member_id was ever proven."""


class InstallationUnprovenError(AccessError):
    """The authorization server does not confirm what was posted to the installer."""


class HostUnusableError(AccessError):
    """No policy can name the portal's host, so no browser would show our page there."""


class HostInsecureError(HostUnusableError):
    """The portal is open without https: a token sent there could be read on the way."""


class NotAdminError(AccessError):
    """Only a portal administrator may do this."""


class RuleRefusedError(AccessError):
    """A rule in this portal's settings keeps the action from this user."""


class SessionError(AppError):
    """The request carries no session token that allows this."""


class SessionMissingError(SessionError):
    """No Authorization header."""


class SessionForgedError(SessionError):
    """The token was not signed by us or was signed for another purpose."""


class SessionExpiredError(SessionError):
    """The token is older than its lifetime."""


class UnprovenError(SessionError):
    """The portal did not confirm the opener, or the token belongs to another application."""


class NotOnThisCardError(AppError):
    """The id is not one of this card, this payment or this portal. Nothing was done with it."""


class ConflictError(AppError):
    """The state is not the one the person saw when acting."""


class ChangedMeanwhileError(ConflictError):
    """Somebody else changed it; fresh data is shown."""


class PaidLockedError(ConflictError):
    """A paid payment is frozen by the portal."""


class GoneError(ConflictError):
    """It was deleted in Bitrix24 by somebody else. `payment_id` is what was deleted."""

    def __init__(self, message: str = "", *, payment_id: int | None = None) -> None:
        super().__init__(message)
        self.payment_id = payment_id


class CardBusyError(ConflictError):
    """Another change of this card is under way, by somebody else or by the same person."""


class StillRunningError(ConflictError):
    """The first request with this Idempotency-Key has not ended yet."""


class KeyReusedError(ConflictError):
    """The Idempotency-Key was used before for something else."""


class TooManyRequestsError(AppError):
    """Too many failed proofs from one address."""


class DatabaseAwayError(AppError):
    """Our database cannot be reached, is full or locked, or has another version's schema.

    `advice` is what its operator does about it; it may name the server, so it is in no log.
    """

    retryable = True

    def __init__(self, message: str = "", *, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


class UnrecordedError(DatabaseAwayError):
    """The database went away after a write may have been sent: its outcome was not recorded."""

    executed = Executed.UNKNOWN
    retryable = False
