"""Choose the HTTP status of an error by its class or its nearest parent with a row."""

from __future__ import annotations

from collections.abc import Mapping

from b24app import errors

SESSION_REFUSED = 401
"""The page then renews its session and repeats the request."""

STATUSES: Mapping[type[errors.AppError], int] = {
    errors.AppError: 500,
    errors.GrantError: 502,
    errors.GrantLostError: SESSION_REFUSED,
    errors.NotInstalledError: 403,
    errors.AuthorizationServerCrowdedError: 503,
    errors.InputError: 422,
    errors.MalformedRequestError: 400,
    errors.AccessError: 403,
    errors.HostUnusableError: 422,
    errors.SessionError: SESSION_REFUSED,
    errors.NotOnThisCardError: 404,
    errors.ConflictError: 409,
    errors.TooManyRequestsError: 429,
    errors.DatabaseAwayError: 503,
    errors.PortalError: 502,
    errors.PortalBusyError: 503,
    errors.TokenExpiredError: SESSION_REFUSED,
    errors.TokenRejectedError: SESSION_REFUSED,
    errors.RightsRefusedError: 403,
    errors.NotFoundError: 404,
    errors.BusinessRefusalError: 422,
    errors.UserBlockedError: 403,
    errors.AppUninstalledError: 403,
    errors.SubscriptionEndedError: 403,
    errors.PlanWithoutRestError: 403,
    errors.PortalClosedError: 503,
    errors.ScopeMissingError: 403,
}


def status_of(kind: type[errors.AppError]) -> int:
    """Return the status for errors of this class."""
    return next(STATUSES[ancestor] for ancestor in kind.__mro__ if ancestor in STATUSES)
