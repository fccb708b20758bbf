"""Name errors as they are stored, and map the names to their classes.

The name is stored, so that a class can be renamed: only this table changes with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from b24app import errors


class ErrorName(StrEnum):
    """Which error of the tree ended a write. The values are stored."""

    APP = "error:app"
    INPUT = "error:input"
    MALFORMED_REQUEST = "error:malformed_request"
    ACCESS = "error:access"
    UNKNOWN_PORTAL = "error:unknown_portal"
    INSTALLATION_UNPROVEN = "error:installation_unproven"
    HOST_UNUSABLE = "error:host_unusable"
    HOST_INSECURE = "error:host_insecure"
    NOT_ADMIN = "error:not_admin"
    RULE_REFUSED = "error:rule_refused"
    SESSION = "error:session"
    SESSION_MISSING = "error:session_missing"
    SESSION_FORGED = "error:session_forged"
    SESSION_EXPIRED = "error:session_expired"
    UNPROVEN = "error:unproven"
    NOT_ON_THIS_CARD = "error:not_on_this_card"
    CONFLICT = "error:conflict"
    CHANGED_MEANWHILE = "error:changed_meanwhile"
    PAID_LOCKED = "error:paid_locked"
    GONE = "error:gone"
    CARD_BUSY = "error:card_busy"
    STILL_RUNNING = "error:still_running"
    KEY_REUSED = "error:key_reused"
    TOO_MANY_REQUESTS = "error:too_many_requests"
    DATABASE_AWAY = "error:database_away"
    UNRECORDED = "error:unrecorded"
    PORTAL = "error:portal"
    PORTAL_BUSY = "error:portal_busy"
    PORTAL_PAUSED = "error:portal_paused"
    PORTAL_OVERLOADED = "error:portal_overloaded"
    PORTAL_CROWDED = "error:portal_crowded"
    PORTAL_SILENT = "error:portal_silent"
    UNEXPECTED_ANSWER = "error:unexpected_answer"
    LED_ELSEWHERE = "error:led_elsewhere"
    NO_CONNECTION = "error:no_connection"
    TOKEN_EXPIRED = "error:token_expired"  # noqa: S105 - no password
    TOKEN_REJECTED = "error:token_rejected"  # noqa: S105 - no password
    RIGHTS_REFUSED = "error:rights_refused"
    METHOD_REFUSED = "error:method_refused"
    METHOD_UNCONFIRMED = "error:method_unconfirmed"
    BARE_REFUSAL = "error:bare_refusal"
    NOT_FOUND = "error:not_found"
    BUSINESS_REFUSAL = "error:business_refusal"
    ORDER_CANCELED = "error:order_canceled"
    CANCELED_TAKEN_BACK = "error:canceled_taken_back"
    CANCELED_NOT_CREATED = "error:canceled_not_created"
    ACCOUNT_TOO_LOW = "error:account_too_low"
    PAID_UNDELETABLE = "error:paid_undeletable"
    NO_PAY_SYSTEM = "error:no_pay_system"
    PAY_SYSTEM_UNFIT = "error:pay_system_unfit"
    PAY_SYSTEMS_UNREAD = "error:pay_systems_unread"
    UNREADABLE_ROW = "error:unreadable_row"
    NO_SHOP = "error:no_shop"
    PHONE_UNCONFIRMED = "error:phone_unconfirmed"
    NO_PUBLIC_PAGE = "error:no_public_page"
    PARAMETER_REFUSED = "error:parameter_refused"
    VALUE_REFUSED = "error:value_refused"
    HANDLER_REFUSED = "error:handler_refused"
    PLACEMENT_MISSING = "error:placement_missing"
    ALREADY_BOUND = "error:already_bound"
    UNEXPLAINED_REFUSAL = "error:unexplained_refusal"
    CREATION_REFUSED = "error:creation_refused"
    BATCH_REFUSED = "error:batch_refused"
    USER_BLOCKED = "error:user_blocked"
    NOT_SIGNED_IN = "error:not_signed_in"
    APP_UNINSTALLED = "error:app_uninstalled"
    MAYBE_UNINSTALLED = "error:maybe_uninstalled"
    SUBSCRIPTION_ENDED = "error:subscription_ended"
    PLAN_WITHOUT_REST = "error:plan_without_rest"
    PORTAL_CLOSED = "error:portal_closed"
    PORTAL_MOVED = "error:portal_moved"
    SCOPE_MISSING = "error:scope_missing"
    METHOD_MISSING = "error:method_missing"
    GRANT = "error:grant"
    GRANT_LOST = "error:grant_lost"
    NOT_INSTALLED = "error:not_installed"
    AUTHORIZATION_SERVER = "error:authorization_server"
    ENDPOINT_INSECURE = "error:endpoint_insecure"
    SERVER_NOT_ALLOWED = "error:server_not_allowed"
    AUTHORIZATION_SERVER_CROWDED = "error:authorization_server_crowded"


CLASSES: Mapping[ErrorName, type[errors.AppError]] = {
    ErrorName.APP: errors.AppError,
    ErrorName.INPUT: errors.InputError,
    ErrorName.MALFORMED_REQUEST: errors.MalformedRequestError,
    ErrorName.ACCESS: errors.AccessError,
    ErrorName.UNKNOWN_PORTAL: errors.UnknownPortalError,
    ErrorName.INSTALLATION_UNPROVEN: errors.InstallationUnprovenError,
    ErrorName.HOST_UNUSABLE: errors.HostUnusableError,
    ErrorName.HOST_INSECURE: errors.HostInsecureError,
    ErrorName.NOT_ADMIN: errors.NotAdminError,
    ErrorName.RULE_REFUSED: errors.RuleRefusedError,
    ErrorName.SESSION: errors.SessionError,
    ErrorName.SESSION_MISSING: errors.SessionMissingError,
    ErrorName.SESSION_FORGED: errors.SessionForgedError,
    ErrorName.SESSION_EXPIRED: errors.SessionExpiredError,
    ErrorName.UNPROVEN: errors.UnprovenError,
    ErrorName.NOT_ON_THIS_CARD: errors.NotOnThisCardError,
    ErrorName.CONFLICT: errors.ConflictError,
    ErrorName.CHANGED_MEANWHILE: errors.ChangedMeanwhileError,
    ErrorName.PAID_LOCKED: errors.PaidLockedError,
    ErrorName.GONE: errors.GoneError,
    ErrorName.CARD_BUSY: errors.CardBusyError,
    ErrorName.STILL_RUNNING: errors.StillRunningError,
    ErrorName.KEY_REUSED: errors.KeyReusedError,
    ErrorName.TOO_MANY_REQUESTS: errors.TooManyRequestsError,
    ErrorName.DATABASE_AWAY: errors.DatabaseAwayError,
    ErrorName.UNRECORDED: errors.UnrecordedError,
    ErrorName.PORTAL: errors.PortalError,
    ErrorName.PORTAL_BUSY: errors.PortalBusyError,
    ErrorName.PORTAL_PAUSED: errors.PortalPausedError,
    ErrorName.PORTAL_OVERLOADED: errors.PortalOverloadedError,
    ErrorName.PORTAL_CROWDED: errors.PortalCrowdedError,
    ErrorName.PORTAL_SILENT: errors.PortalSilentError,
    ErrorName.UNEXPECTED_ANSWER: errors.UnexpectedAnswerError,
    ErrorName.LED_ELSEWHERE: errors.LedElsewhereError,
    ErrorName.NO_CONNECTION: errors.NoConnectionError,
    ErrorName.TOKEN_EXPIRED: errors.TokenExpiredError,
    ErrorName.TOKEN_REJECTED: errors.TokenRejectedError,
    ErrorName.RIGHTS_REFUSED: errors.RightsRefusedError,
    ErrorName.METHOD_REFUSED: errors.MethodRefusedError,
    ErrorName.METHOD_UNCONFIRMED: errors.MethodUnconfirmedError,
    ErrorName.BARE_REFUSAL: errors.BareRefusalError,
    ErrorName.NOT_FOUND: errors.NotFoundError,
    ErrorName.BUSINESS_REFUSAL: errors.BusinessRefusalError,
    ErrorName.ORDER_CANCELED: errors.OrderCanceledError,
    ErrorName.CANCELED_TAKEN_BACK: errors.CanceledTakenBackError,
    ErrorName.CANCELED_NOT_CREATED: errors.CanceledNotCreatedError,
    ErrorName.ACCOUNT_TOO_LOW: errors.AccountTooLowError,
    ErrorName.PAID_UNDELETABLE: errors.PaidUndeletableError,
    ErrorName.NO_PAY_SYSTEM: errors.NoPaySystemError,
    ErrorName.PAY_SYSTEM_UNFIT: errors.PaySystemUnfitError,
    ErrorName.PAY_SYSTEMS_UNREAD: errors.PaySystemsUnreadError,
    ErrorName.UNREADABLE_ROW: errors.UnreadableRowError,
    ErrorName.NO_SHOP: errors.NoShopError,
    ErrorName.PHONE_UNCONFIRMED: errors.PhoneUnconfirmedError,
    ErrorName.NO_PUBLIC_PAGE: errors.NoPublicPageError,
    ErrorName.PARAMETER_REFUSED: errors.ParameterRefusedError,
    ErrorName.VALUE_REFUSED: errors.ValueRefusedError,
    ErrorName.HANDLER_REFUSED: errors.HandlerRefusedError,
    ErrorName.PLACEMENT_MISSING: errors.PlacementMissingError,
    ErrorName.ALREADY_BOUND: errors.AlreadyBoundError,
    ErrorName.UNEXPLAINED_REFUSAL: errors.UnexplainedRefusalError,
    ErrorName.CREATION_REFUSED: errors.CreationRefusedError,
    ErrorName.BATCH_REFUSED: errors.BatchRefusedError,
    ErrorName.USER_BLOCKED: errors.UserBlockedError,
    ErrorName.NOT_SIGNED_IN: errors.NotSignedInError,
    ErrorName.APP_UNINSTALLED: errors.AppUninstalledError,
    ErrorName.MAYBE_UNINSTALLED: errors.MaybeUninstalledError,
    ErrorName.SUBSCRIPTION_ENDED: errors.SubscriptionEndedError,
    ErrorName.PLAN_WITHOUT_REST: errors.PlanWithoutRestError,
    ErrorName.PORTAL_CLOSED: errors.PortalClosedError,
    ErrorName.PORTAL_MOVED: errors.PortalMovedError,
    ErrorName.SCOPE_MISSING: errors.ScopeMissingError,
    ErrorName.METHOD_MISSING: errors.MethodMissingError,
    ErrorName.GRANT: errors.GrantError,
    ErrorName.GRANT_LOST: errors.GrantLostError,
    ErrorName.NOT_INSTALLED: errors.NotInstalledError,
    ErrorName.AUTHORIZATION_SERVER: errors.AuthorizationServerError,
    ErrorName.ENDPOINT_INSECURE: errors.EndpointInsecureError,
    ErrorName.SERVER_NOT_ALLOWED: errors.ServerNotAllowedError,
    ErrorName.AUTHORIZATION_SERVER_CROWDED: errors.AuthorizationServerCrowdedError,
}

NAMES: Mapping[type[errors.AppError], ErrorName] = {kind: name for name, kind in CLASSES.items()}

SESSION_REFUSED = (
    errors.SessionError,
    errors.TokenExpiredError,
    errors.TokenRejectedError,
    errors.GrantLostError,
)

REFUSALS = (
    errors.InputError,
    errors.MalformedRequestError,
    errors.AccessError,
    errors.NotOnThisCardError,
    errors.ConflictError,
    errors.TooManyRequestsError,
    errors.RightsRefusedError,
    errors.NotFoundError,
    errors.BusinessRefusalError,
    errors.UserBlockedError,
    errors.AppUninstalledError,
    errors.SubscriptionEndedError,
    errors.PlanWithoutRestError,
    errors.ScopeMissingError,
    errors.NotInstalledError,
)


def name_of(kind: type[errors.AppError]) -> ErrorName:
    """Return the name of an error class, or of its nearest named parent."""
    return next(NAMES[ancestor] for ancestor in kind.__mro__ if ancestor in NAMES)


def is_session_refused(error: errors.AppError) -> bool:
    """Return whether the page has to renew its session and may then repeat its request."""
    return isinstance(error, SESSION_REFUSED)


def is_refusal(error: errors.AppError) -> bool:
    """Return whether it was refused for a reason; anything else is a failure."""
    return isinstance(error, REFUSALS)
