"""Errors of the authorization server."""

from __future__ import annotations

from b24app.errors.root import AppError, Executed


class GrantError(AppError):
    """The authorization server did not give what was asked of it."""


class GrantLostError(GrantError):
    """The code or refresh token is used, too old, or foreign. A person has to act."""


class NotInstalledError(GrantError):
    """`NOT_INSTALLED`: the authorization server knows no installation."""


class AuthorizationServerError(GrantError):
    """Silent, misconfigured or not understood. The refresh token's state is unknown."""

    executed = Executed.UNKNOWN
    retryable = True


class ServerNotAllowedError(AuthorizationServerError):
    """A post names an authorization server that is not on our list: nothing was sent."""

    executed = Executed.NO
    retryable = False


class EndpointInsecureError(AuthorizationServerError):
    """The answer names a portal without https, where no token may be sent."""


class AuthorizationServerCrowdedError(AuthorizationServerError):
    """As many of our requests as may wait for it do so already: nothing was sent."""

    executed = Executed.NO
