"""Errors of a portal: what it answered, or what happened on the way to it."""

from __future__ import annotations

from b24app.errors.root import AppError, Executed


class PortalError(AppError):
    """What the portal answered, or what happened on the way to it.

    `code` is the REST error code as text, `http_status` the status of the answer (0: none),
    `description` the portal's own words, which go to the log only: they are localized.
    """

    def __init__(
        self,
        message: str = "",
        *,
        code: str = "",
        method: str = "",
        http_status: int = 0,
        description: str = "",
    ) -> None:
        super().__init__(message or f"{code} {http_status}".strip(), code=code, method=method)
        self.http_status = http_status
        self.description = description


class PortalBusyError(PortalError):
    """The portal's limits: nothing was executed, a later try may work."""

    retryable = True


class PortalCrowdedError(PortalBusyError):
    """This portal holds its whole share of our process already: nothing was sent."""


class PortalPausedError(PortalBusyError):
    """`OPERATION_TIME_LIMIT`: our time for this method within ten minutes is used up there."""


class PortalOverloadedError(PortalBusyError):
    """`OVERLOAD_LIMIT`: REST is blocked by hand, so asking again changes nothing."""

    retryable = False


class PortalSilentError(PortalError):
    """No usable answer came: for a write the outcome has to be read back."""

    executed = Executed.UNKNOWN


class UnexpectedAnswerError(PortalSilentError):
    """HTML, broken JSON, or a `result` that is not the documented success."""


class LedElsewhereError(PortalSilentError):
    """A redirect to another page than the method: to log in, or of a closed portal."""


class NoConnectionError(PortalError):
    """The connection could not be made, so nothing was sent."""

    retryable = True


class TokenExpiredError(PortalError):
    """`expired_token`: refresh once, repeat once."""

    retryable = True


class TokenRejectedError(PortalError):
    """`NO_AUTH_FOUND`, `invalid_token`: the portal does not know this token."""


class RightsRefusedError(PortalError):
    """Missing rights, or a paid payment: the portal answers both alike (quirks 3 and 4)."""


class MethodRefusedError(RightsRefusedError):
    """Closed to extranet users. It says nothing of a card."""


class MethodUnconfirmedError(MethodRefusedError):
    """The portal has its administrator confirm that the application may do this (b)."""


class BareRefusalError(RightsRefusedError):
    """Old portals only say no: `0` as a number, `null` or `false` (quirks 1 and 3).

    Some say it although they did it, so it counts only if the re-read confirms it.
    """

    executed = Executed.DOUBTFUL


class NotFoundError(PortalError):
    """The portal has no such payment, item or card."""


class BusinessRefusalError(PortalError):
    """A documented refusal of the method itself."""


class OrderCanceledError(BusinessRefusalError):
    """The order of the payment is canceled: refused by the portal, or by us who know it."""


class CanceledTakenBackError(OrderCanceledError):
    """The sum did not follow an edit, which was taken back."""


class CanceledNotCreatedError(OrderCanceledError):
    """A new payment got no sum, and was deleted again."""


class AccountTooLowError(BusinessRefusalError):
    """By the portal the client's account in its shop holds too little.

    One that is locked, or in another currency, counts as empty (quirk 109).
    """


class AccountPerhapsTooLowError(BusinessRefusalError):
    """No reason given, as for a payment from the client's account that does not hold as much.

    Any other reason without a code of its own looks the same (quirks 109 and 111).
    """


class PaidUndeletableError(BusinessRefusalError):
    """A paid payment cannot be deleted."""


class NoPaySystemError(BusinessRefusalError):
    """The portal has no payment system for a new payment."""


class PaySystemUnfitError(BusinessRefusalError):
    """The payment system cannot be used for this payment."""


class NewPaymentUnfitError(PaySystemUnfitError):
    """A new payment could not be saved with it. An order made for it stays (quirk 110)."""


class PaySystemsUnreadError(BusinessRefusalError):
    """The portal's payment systems cannot be read, so none can be proven to exist."""


class UnreadableRowError(BusinessRefusalError):
    """The payment is on the card, in a row that cannot be read."""


class NoShopError(BusinessRefusalError):
    """No public link: the portal has no shop site."""


class PhoneUnconfirmedError(BusinessRefusalError):
    """No public link: the phone of the shop site's owner is not confirmed."""


class NoPublicPageError(BusinessRefusalError):
    """No public link, for a reason that only the portal's own text gives.

    No public page, an error on the way to it, or a missing module
    (salescenter-payment-get-public-url.md).
    """


class ParameterRefusedError(BusinessRefusalError):
    """`100`: a parameter is missing or of a wrong type (rest-contract a.3).

    Nothing was done then. The code has a second meaning, which `executed` tells (quirk 102).
    """


class ValueRefusedError(BusinessRefusalError):
    """`WRONG_FIELD_VALUE`: a field's value is not one that the portal knows (rest-contract e.25).

    It does not say which field.
    """


class AlreadyBoundError(BusinessRefusalError):
    """A repeated bind: the handler is there already (quirk 55)."""


class PlacementMissingError(BusinessRefusalError):
    """`ERROR_PLACEMENT_NOT_FOUND`: the portal has no such card any more."""


class HandlerRefusedError(BusinessRefusalError):
    """The portal does not take the address that a tab or an event is to lead to."""


class UnexplainedRefusalError(BusinessRefusalError):
    """Old portals say no without a reason: `0` as a number, `null` or `false` (quirks 1 and 3).

    Missing rights or a reason of the method: the re-read may tell.
    """


class CreationRefusedError(UnexplainedRefusalError):
    """No payment may be created: missing rights, or the plan allows no more."""


class BatchRefusedError(PortalError):
    """`ERROR_BATCH_METHOD_NOT_ALLOWED`: this method has to be called alone."""


class UserBlockedError(PortalError):
    """The user may not use the application, or was dismissed."""


class NotSignedInError(UserBlockedError):
    """The token is refused because its owner never signed in, or is gone (quirk 73)."""


class AppUninstalledError(PortalError):
    """The portal says the application is not installed."""


class MaybeUninstalledError(AppUninstalledError):
    """`ERROR_OAUTH` in other words: people read the same, but it proves nothing."""


class SubscriptionEndedError(PortalError):
    """The application's trial or subscription is over."""


class PlanWithoutRestError(PortalError):
    """The portal's plan has no REST."""


class PortalClosedError(PortalError):
    """`PORTAL_DELETED`: deleted, or an on-premise site closed for maintenance."""


class PortalMovedError(PortalError):
    """The portal redirects: it has another address. Redirects are never followed with a token."""

    executed = Executed.UNKNOWN


class ScopeMissingError(PortalError):
    """The installation was granted fewer scopes than this needs."""


class MethodMissingError(PortalError):
    """The portal is too old or lacks the module."""
