"""The one exception tree. Every error knows whether the request was executed and may be repeated.

AppError
├── InputError                 a person or a browser sent something we cannot use (422)
├── MalformedRequestError      a frame post or event without the fields it must have (400)
├── AccessError                not allowed by our own rules or proofs (403)
│   ├── UnknownPortalError     nobody proved this member_id to us (403)
│   ├── InstallationUnprovenError   the authorization server does not confirm the installer (403)
│   ├── HostUnusableError      browsers cannot show an app at the portal's address (422)
│   │   └── HostInsecureError  the portal has no https (422)
│   ├── NotAdminError          the page or action is for portal administrators (403)
│   └── RuleRefusedError       a rule of this portal's settings forbids the action (403)
├── SessionError               the session token does not open this door (401)
│   ├── SessionMissingError · SessionForgedError · SessionExpiredError
│   └── UnprovenError          the portal or authorization server did not confirm the opener
├── NotOnThisCardError         the id is not of this card, payment or portal (404)
├── ConflictError              the state is not the one the person saw (409)
│   ├── ChangedMeanwhileError · PaidLockedError · GoneError
│   ├── CardBusyError         somebody else is creating a payment on this card right now
│   └── StillRunningError · KeyReusedError
├── TooManyRequestsError       too many failed proofs from one address (429)
├── PortalError                what the portal, or the way to it, answered
│   ├── PortalBusyError        QUERY_LIMIT_EXCEEDED, OPERATION_TIME_LIMIT, OVERLOAD_LIMIT (503)
│   │   └── PortalCrowdedError this portal holds its whole share of our process (503)
│   ├── PortalSilentError      no usable answer: executed is unknown (502)
│   │   └── UnexpectedAnswerError   an answer that is not what the documentation promises
│   ├── NoConnectionError      nothing was sent (502)
│   ├── TokenExpiredError · TokenRejectedError    the access token is not taken (401)
│   ├── RightsRefusedError     the acting user may not (403), in all three shapes of it
│   │   └── MethodRefusedError    the method is closed to this person or application everywhere
│   ├── NotFoundError          the portal has no such thing (404)
│   ├── BusinessRefusalError   a documented refusal of the method (422)
│   │   ├── OrderCanceledError      the order of the payment is canceled
│   │   └── UnexplainedRefusalError   an old portal's no: missing rights, or any of those reasons
│   ├── BatchRefusedError      the method is not served inside a batch
│   ├── UserBlockedError       the person may not use the application (403)
│   │   └── NotSignedInError      invited and never signed in, or gone
│   ├── AppUninstalledError · SubscriptionEndedError · PlanWithoutRestError
│   ├── PortalClosedError      PORTAL_DELETED: deleted, or closed for maintenance
│   ├── PortalMovedError       a redirect: the portal has another address now
│   └── ScopeMissingError · MethodMissingError
├── DatabaseAwayError          our own database cannot be used (503)
│   └── UnrecordedError        while a write was under way: its outcome is not known
└── GrantError                 the authorization server
    ├── GrantLostError         invalid_grant: a person has to open or install again
    ├── NotInstalledError      the authorization server says the app is not installed
    └── AuthorizationServerError    misconfigured, silent or not understood
        └── AuthorizationServerCrowdedError    too many of ours wait for it already (503)
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum


class Executed(Enum):
    """Whether the portal can have carried the request out."""

    NO = "no"
    UNKNOWN = "unknown"
    YES = "yes"


class AppError(Exception):
    """Root of the tree.

    `message` is for logs: English, without tokens, links or personal data. What a person reads
    is chosen by `web/plumbing/error_pages.py` from the class and the code, never from the message.
    """

    status = 500
    executed = Executed.NO
    retryable = False

    def __init__(self, message: str = "", *, code: str = "", method: str = "") -> None:
        super().__init__(message or self.__class__.__name__)
        self.code = code
        self.method = method


class InputError(AppError):
    """Bad input. `code` names the sentence, `field` the form field it belongs to.

    `values` are what the sentence says: the product, and the most that can be billed of it.
    """

    status = 422

    def __init__(
        self,
        message: str = "",
        *,
        code: str = "",
        field: str = "",
        values: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, code=code)
        self.field = field
        self.values = values or {}


class MalformedRequestError(AppError):
    """A frame post or event lacks a field or has one of the wrong shape."""

    status = 400


class AccessError(AppError):
    """Not allowed by our own rules or proofs."""

    status = 403


class UnknownPortalError(AccessError):
    """No installation of this member_id was ever proven."""


class InstallationUnprovenError(AccessError):
    """The authorization server does not confirm what was posted to the installer."""


class HostUnusableError(AccessError):
    """No policy can name the portal's host, so that no browser would show a page of ours there."""

    status = 422


class HostInsecureError(HostUnusableError):
    """The portal is open without https: a token sent there could be read on the way."""


class NotAdminError(AccessError):
    """Only a portal administrator may do this."""


class RuleRefusedError(AccessError):
    """A rule in this portal's settings keeps the action from this user."""


class SessionError(AppError):
    """The request carries no session token that opens this door."""

    status = 401


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

    status = 404


class ConflictError(AppError):
    """The state is not the one the person saw when acting."""

    status = 409


class ChangedMeanwhileError(ConflictError):
    """Somebody else changed it; fresh data is shown."""


class PaidLockedError(ConflictError):
    """A paid payment is frozen by the portal."""


class GoneError(ConflictError):
    """It was deleted in Bitrix24 by somebody else."""


class CardBusyError(ConflictError):
    """Somebody else is creating a payment on this card at this moment."""


class StillRunningError(ConflictError):
    """The first request with this Idempotency-Key has not ended yet."""


class KeyReusedError(ConflictError):
    """The Idempotency-Key was used before for something else."""


class TooManyRequestsError(AppError):
    """Too many failed proofs from one address."""

    status = 429


class DatabaseAwayError(AppError):
    """Our database cannot be reached, is full or locked, or has another version's schema."""

    status = 503
    retryable = True


class UnrecordedError(DatabaseAwayError):
    """The database went away after a write may have been sent: nobody noted what became of it."""

    executed = Executed.UNKNOWN
    retryable = False


class PortalError(AppError):
    """What the portal answered, or what happened on the way to it.

    `code` is the REST error code as text, `http_status` the status of the answer (0: none),
    `description` the portal's own words, which go to the log only: they are localized.
    """

    status = 502

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

    status = 503
    retryable = True


class PortalCrowdedError(PortalBusyError):
    """This portal holds its whole share of our process already: nothing was sent."""


class PortalSilentError(PortalError):
    """No usable answer came: for a write the outcome has to be read back."""

    executed = Executed.UNKNOWN


class UnexpectedAnswerError(PortalSilentError):
    """HTML, broken JSON, or a `result` that is not the documented success."""


class NoConnectionError(PortalError):
    """The connection could not be made, so nothing was sent."""

    retryable = True


class TokenExpiredError(PortalError):
    """`expired_token`: refresh once, repeat once."""

    status = 401
    retryable = True


class TokenRejectedError(PortalError):
    """`NO_AUTH_FOUND`, `invalid_token`: the portal does not know this token."""

    status = 401


class RightsRefusedError(PortalError):
    """Missing rights, or a paid payment: the portal answers both alike (quirks 3 and 4)."""

    status = 403


class MethodRefusedError(RightsRefusedError):
    """Closed to extranet users, or not confirmed by an administrator. It says nothing of a card."""


class NotFoundError(PortalError):
    """The portal has no such payment, item or card."""

    status = 404


class BusinessRefusalError(PortalError):
    """A documented refusal of the method itself."""

    status = 422


class OrderCanceledError(BusinessRefusalError):
    """The order of the payment is canceled: refused by the portal, or by us who know it."""


class UnexplainedRefusalError(BusinessRefusalError):
    """Old portals say no without a reason: `0` as a number, `null` or `false` (quirks 1 and 3).

    Missing rights or a reason of the method: what is read afterwards may tell.
    """


class BatchRefusedError(PortalError):
    """`ERROR_BATCH_METHOD_NOT_ALLOWED`: this method has to be called alone."""


class UserBlockedError(PortalError):
    """The user may not use the application, or was dismissed."""

    status = 403


class NotSignedInError(UserBlockedError):
    """The token is refused because its owner never signed in, or is gone (quirk 73)."""


class AppUninstalledError(PortalError):
    """The portal says the application is not installed."""

    status = 403


class SubscriptionEndedError(PortalError):
    """The application's trial or subscription is over."""

    status = 403


class PlanWithoutRestError(PortalError):
    """The portal's plan has no REST."""

    status = 403


class PortalClosedError(PortalError):
    """`PORTAL_DELETED`: deleted, or an on-premise site closed for maintenance."""

    status = 503


class PortalMovedError(PortalError):
    """The portal redirects: it has another address. Redirects are never followed with a token."""

    executed = Executed.UNKNOWN


class ScopeMissingError(PortalError):
    """The installation was granted fewer scopes than this needs."""

    status = 403


class MethodMissingError(PortalError):
    """The portal is too old or lacks the module."""


class GrantError(AppError):
    """The authorization server did not give what was asked of it."""

    status = 502


class GrantLostError(GrantError):
    """`invalid_grant`: the refresh token is used, old or foreign. A person has to act."""

    status = 401


class NotInstalledError(GrantError):
    """`NOT_INSTALLED`: the authorization server knows no installation."""

    status = 403


class AuthorizationServerError(GrantError):
    """Silent, misconfigured or not understood. The refresh token's state is unknown."""

    executed = Executed.UNKNOWN
    retryable = True


class AuthorizationServerCrowdedError(AuthorizationServerError):
    """As many of our requests as may wait for it do so already: nothing was sent."""

    status = 503
    executed = Executed.NO
