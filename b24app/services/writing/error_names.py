"""Name errors as they are stored, and map the names to their classes.

The name is stored, so that a class can be renamed: only this table changes with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from b24app import errors


class ErrorName(StrEnum):
    """Which error of the tree ended a write: the name that is stored, and its class."""

    kind: type[errors.AppError]

    def __new__(cls, name: str, kind: type[errors.AppError] = errors.AppError) -> ErrorName:
        """Make a member whose value is the name alone."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.kind = kind
        return member

    APP = "error:app", errors.AppError
    INPUT = "error:input", errors.InputError
    MALFORMED_REQUEST = "error:malformed_request", errors.MalformedRequestError
    ACCESS = "error:access", errors.AccessError
    UNKNOWN_PORTAL = "error:unknown_portal", errors.UnknownPortalError
    INSTALLATION_UNPROVEN = "error:installation_unproven", errors.InstallationUnprovenError
    HOST_UNUSABLE = "error:host_unusable", errors.HostUnusableError
    HOST_INSECURE = "error:host_insecure", errors.HostInsecureError
    NOT_ADMIN = "error:not_admin", errors.NotAdminError
    RULE_REFUSED = "error:rule_refused", errors.RuleRefusedError
    SESSION = "error:session", errors.SessionError
    SESSION_MISSING = "error:session_missing", errors.SessionMissingError
    SESSION_FORGED = "error:session_forged", errors.SessionForgedError
    SESSION_EXPIRED = "error:session_expired", errors.SessionExpiredError
    UNPROVEN = "error:unproven", errors.UnprovenError
    NOT_ON_THIS_CARD = "error:not_on_this_card", errors.NotOnThisCardError
    CONFLICT = "error:conflict", errors.ConflictError
    CHANGED_MEANWHILE = "error:changed_meanwhile", errors.ChangedMeanwhileError
    PAID_LOCKED = "error:paid_locked", errors.PaidLockedError
    GONE = "error:gone", errors.GoneError
    CARD_BUSY = "error:card_busy", errors.CardBusyError
    STILL_RUNNING = "error:still_running", errors.StillRunningError
    KEY_REUSED = "error:key_reused", errors.KeyReusedError
    TOO_MANY_REQUESTS = "error:too_many_requests", errors.TooManyRequestsError
    DATABASE_AWAY = "error:database_away", errors.DatabaseAwayError
    UNRECORDED = "error:unrecorded", errors.UnrecordedError
    PORTAL = "error:portal", errors.PortalError
    PORTAL_BUSY = "error:portal_busy", errors.PortalBusyError
    PORTAL_PAUSED = "error:portal_paused", errors.PortalPausedError
    PORTAL_OVERLOADED = "error:portal_overloaded", errors.PortalOverloadedError
    PORTAL_CROWDED = "error:portal_crowded", errors.PortalCrowdedError
    PORTAL_SILENT = "error:portal_silent", errors.PortalSilentError
    UNEXPECTED_ANSWER = "error:unexpected_answer", errors.UnexpectedAnswerError
    LED_ELSEWHERE = "error:led_elsewhere", errors.LedElsewhereError
    NO_CONNECTION = "error:no_connection", errors.NoConnectionError
    TOKEN_EXPIRED = "error:token_expired", errors.TokenExpiredError
    TOKEN_REJECTED = "error:token_rejected", errors.TokenRejectedError
    RIGHTS_REFUSED = "error:rights_refused", errors.RightsRefusedError
    METHOD_REFUSED = "error:method_refused", errors.MethodRefusedError
    METHOD_UNCONFIRMED = "error:method_unconfirmed", errors.MethodUnconfirmedError
    BARE_REFUSAL = "error:bare_refusal", errors.BareRefusalError
    NOT_FOUND = "error:not_found", errors.NotFoundError
    BUSINESS_REFUSAL = "error:business_refusal", errors.BusinessRefusalError
    ORDER_CANCELED = "error:order_canceled", errors.OrderCanceledError
    CANCELED_TAKEN_BACK = "error:canceled_taken_back", errors.CanceledTakenBackError
    CANCELED_NOT_CREATED = "error:canceled_not_created", errors.CanceledNotCreatedError
    ACCOUNT_TOO_LOW = "error:account_too_low", errors.AccountTooLowError
    ACCOUNT_PERHAPS_TOO_LOW = "error:account_perhaps_too_low", errors.AccountPerhapsTooLowError
    PAID_UNDELETABLE = "error:paid_undeletable", errors.PaidUndeletableError
    NO_PAY_SYSTEM = "error:no_pay_system", errors.NoPaySystemError
    PAY_SYSTEM_UNFIT = "error:pay_system_unfit", errors.PaySystemUnfitError
    NEW_PAYMENT_UNFIT = "error:new_payment_unfit", errors.NewPaymentUnfitError
    PAY_SYSTEMS_UNREAD = "error:pay_systems_unread", errors.PaySystemsUnreadError
    UNREADABLE_ROW = "error:unreadable_row", errors.UnreadableRowError
    NO_SHOP = "error:no_shop", errors.NoShopError
    PHONE_UNCONFIRMED = "error:phone_unconfirmed", errors.PhoneUnconfirmedError
    NO_PUBLIC_PAGE = "error:no_public_page", errors.NoPublicPageError
    PARAMETER_REFUSED = "error:parameter_refused", errors.ParameterRefusedError
    VALUE_REFUSED = "error:value_refused", errors.ValueRefusedError
    HANDLER_REFUSED = "error:handler_refused", errors.HandlerRefusedError
    PLACEMENT_MISSING = "error:placement_missing", errors.PlacementMissingError
    ALREADY_BOUND = "error:already_bound", errors.AlreadyBoundError
    UNEXPLAINED_REFUSAL = "error:unexplained_refusal", errors.UnexplainedRefusalError
    CREATION_REFUSED = "error:creation_refused", errors.CreationRefusedError
    BATCH_REFUSED = "error:batch_refused", errors.BatchRefusedError
    USER_BLOCKED = "error:user_blocked", errors.UserBlockedError
    NOT_SIGNED_IN = "error:not_signed_in", errors.NotSignedInError
    APP_UNINSTALLED = "error:app_uninstalled", errors.AppUninstalledError
    MAYBE_UNINSTALLED = "error:maybe_uninstalled", errors.MaybeUninstalledError
    SUBSCRIPTION_ENDED = "error:subscription_ended", errors.SubscriptionEndedError
    PLAN_WITHOUT_REST = "error:plan_without_rest", errors.PlanWithoutRestError
    PORTAL_CLOSED = "error:portal_closed", errors.PortalClosedError
    PORTAL_MOVED = "error:portal_moved", errors.PortalMovedError
    SCOPE_MISSING = "error:scope_missing", errors.ScopeMissingError
    METHOD_MISSING = "error:method_missing", errors.MethodMissingError
    GRANT = "error:grant", errors.GrantError
    GRANT_LOST = "error:grant_lost", errors.GrantLostError
    NOT_INSTALLED = "error:not_installed", errors.NotInstalledError
    AUTHORIZATION_SERVER = "error:authorization_server", errors.AuthorizationServerError
    ENDPOINT_INSECURE = "error:endpoint_insecure", errors.EndpointInsecureError
    SERVER_NOT_ALLOWED = "error:server_not_allowed", errors.ServerNotAllowedError
    AUTHORIZATION_SERVER_CROWDED = (
        "error:authorization_server_crowded",
        errors.AuthorizationServerCrowdedError,
    )


NAMES: Mapping[type[errors.AppError], ErrorName] = {name.kind: name for name in ErrorName}

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
