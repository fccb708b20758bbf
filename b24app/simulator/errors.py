"""Errors of the portal: its own codes, wording and HTTP status, by server generation.

PortalError                 one REST error
├── InvalidParameterError   code 100: a parameter is missing or of the wrong type
├── BusinessError           code 0 and own codes of methods
└── RefusedError            no rights: three shapes, one for each generation
"""

from __future__ import annotations

from http import HTTPStatus

from b24app.simulator.portal_state.switches import NEW, OLDEST

# Marks errors that the oldest servers report too, instead of answering false or null.
LOUD = object()


class PortalError(Exception):
    """One REST error.

    `old_status`, `old_description` and `old_code` replace the others on servers before the new
    generation. Numeric codes are strings on new servers and integers on old ones. With a
    `quiet_result` the oldest servers answer that result with status 200 instead.
    """

    def __init__(
        self,
        code: str,
        description: str,
        status: int = HTTPStatus.BAD_REQUEST,
        *,
        old_status: int | None = None,
        old_description: str | None = None,
        old_code: str | None = None,
        argument: str | None = None,
        quiet_result: object = LOUD,
    ) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description
        self.status = int(status)
        self.old_status = old_status
        self.old_description = old_description
        self.old_code = old_code
        self.argument = argument
        self.quiet_result = quiet_result

    def is_quiet(self, generation: str) -> bool:
        """Return whether this generation answers `quiet_result` instead of an error."""
        return generation == OLDEST and self.quiet_result is not LOUD

    def status_of(self, generation: str) -> int:
        """Return the HTTP status on a server of this generation."""
        return self.status if generation == NEW or self.old_status is None else self.old_status

    def body(self, generation: str) -> dict[str, object]:
        """Return the error envelope on a server of this generation."""
        is_new = generation == NEW
        code = self.code if is_new or self.old_code is None else self.old_code
        text = self.description if is_new or self.old_description is None else self.old_description
        shown: object = code if is_new or not code.isdecimal() else int(code)
        body: dict[str, object] = {"error": shown, "error_description": text}
        if self.argument is not None:
            body["argument"] = self.argument
        return body


class InvalidParameterError(PortalError):
    """Code 100: parameter binding failed, nothing was executed."""

    def __init__(self, description: str) -> None:
        super().__init__("100", description)

    @classmethod
    def missing(cls, name: str) -> InvalidParameterError:
        """Return the error for a parameter that was not sent."""
        return cls(f"Could not find value for parameter {{{name}}}")

    @classmethod
    def invalid(cls, name: str, shown: str, wanted: str) -> InvalidParameterError:
        """Return the error for a value of the wrong type; `shown` is how PHP prints it."""
        return cls(
            f"Invalid value {{{shown}}} to match with parameter {{{name}}}. "
            f"Should be value of type {wanted}."
        )

    @classmethod
    def unknown_field(cls, column: str, entity: str) -> InvalidParameterError:
        """Return the error for a filter or order field that does not exist."""
        return cls(f"Unknown field definition `{column}` ({column}) for {entity} Entity.")


class BusinessError(PortalError):
    """Code 0: a business error without a code of its own."""

    def __init__(
        self,
        description: str,
        status: int = HTTPStatus.BAD_REQUEST,
        *,
        old_status: int | None = None,
        old_description: str | None = None,
        quiet_result: object = LOUD,
    ) -> None:
        super().__init__(
            "0",
            description,
            status,
            old_status=old_status,
            old_description=old_description,
            quiet_result=quiet_result,
        )


class RefusedError(PortalError):
    """Missing rights, or an edit of a paid payment: the portal makes no difference.

    New: ACCESS_DENIED 403. Docs and old: code 0, 400, with the method's wording. Oldest: the
    method's empty result, 200.
    """

    def __init__(self, old_description: str, quiet_result: object) -> None:
        super().__init__(
            "ACCESS_DENIED",
            "Access denied",
            HTTPStatus.FORBIDDEN,
            old_status=HTTPStatus.BAD_REQUEST,
            old_description=old_description,
            old_code="0",
            quiet_result=quiet_result,
        )


def access_denied(description: str = "Access denied", status: int = 400) -> PortalError:
    """Return ACCESS_DENIED of methods that have one shape on every server."""
    return PortalError("ACCESS_DENIED", description, status)


def empty_argument(name: str) -> PortalError:
    """Return how methods that are no controllers report a missing parameter."""
    return PortalError("ERROR_ARGUMENT", f"Argument '{name}' is null or empty", argument=name)


def query_limit() -> PortalError:
    """Return the full bucket."""
    return PortalError("QUERY_LIMIT_EXCEEDED", "Too many requests", HTTPStatus.SERVICE_UNAVAILABLE)


def operation_limit() -> PortalError:
    """Return the operating limit of one method."""
    text = "Method is blocked due to operation time limit."
    return PortalError("OPERATION_TIME_LIMIT", text, HTTPStatus.TOO_MANY_REQUESTS)


def portal_deleted() -> PortalError:
    """Return a deleted portal, or one closed for maintenance."""
    return PortalError("PORTAL_DELETED", "Portal was deleted", HTTPStatus.FORBIDDEN, old_status=500)


def method_not_found() -> PortalError:
    """Return an unknown method: reported before the token is looked at."""
    return PortalError("ERROR_METHOD_NOT_FOUND", "Method not found!", HTTPStatus.NOT_FOUND)


def wrong_authorization() -> PortalError:
    """Return an unknown or missing token."""
    return PortalError("NO_AUTH_FOUND", "Wrong authorization data", HTTPStatus.UNAUTHORIZED)


def overloaded() -> PortalError:
    """Return REST blocked by hand."""
    text = "REST API is blocked due to overload"
    return PortalError("OVERLOAD_LIMIT", text, HTTPStatus.UNAUTHORIZED, old_status=503)


def no_rest_plan() -> PortalError:
    """Return a plan without REST."""
    return PortalError(
        "ACCESS_DENIED",
        "REST is available only on commercial plans.",
        HTTPStatus.UNAUTHORIZED,
        old_status=HTTPStatus.FORBIDDEN,
        old_description="REST API is available only on commercial plans",
    )


def application_not_found() -> PortalError:
    """Return a token of an application that was removed."""
    text = "Application not found"
    return PortalError("APPLICATION_NOT_FOUND", text, HTTPStatus.UNAUTHORIZED)


def subscription_ended() -> PortalError:
    """Return an application whose paid period is over."""
    return PortalError("PAYMENT_REQUIRED", "Subscription has been ended", HTTPStatus.UNAUTHORIZED)


def expired_token() -> PortalError:
    """Return an access token older than an hour."""
    text = "The access token provided has expired"
    return PortalError("expired_token", text, HTTPStatus.UNAUTHORIZED)


def insufficient_scope(*, in_batch: bool) -> PortalError:
    """Return a missing scope; inside a batch the description is empty."""
    needs = "The request requires higher privileges than provided by the"
    return PortalError(
        "insufficient_scope",
        "" if in_batch else f"{needs} access token",
        HTTPStatus.UNAUTHORIZED,
        old_status=HTTPStatus.FORBIDDEN,
        old_description="" if in_batch else f"{needs} webhook token",
    )


def owner_cannot_be_authorized() -> PortalError:
    """Return a token whose user never signed in, or is gone."""
    text = "Current user can't be authorized in this context"
    return PortalError("ACCESS_DENIED", text, HTTPStatus.UNAUTHORIZED)


def user_not_authorized() -> PortalError:
    """Return a dismissed user."""
    text = "Unable to authorize user"
    return PortalError("authorization_error", text, HTTPStatus.UNAUTHORIZED)


def user_without_access() -> PortalError:
    """Return a user whom the administrator does not let use the application."""
    text = "The user does not have access to the application."
    return PortalError("user_access_error", text, HTTPStatus.UNAUTHORIZED, old_status=403)


def intranet_only() -> PortalError:
    """Return an extranet user calling an employees' method."""
    text = "This action is available only to Intranet users"
    return PortalError("allowed_only_intranet_user", text, HTTPStatus.FORBIDDEN)


def wrong_auth_type() -> PortalError:
    """Return a webhook calling a method that needs an application."""
    return PortalError(
        "WRONG_AUTH_TYPE",
        "Current authorization type is denied for this method Application context required",
        HTTPStatus.FORBIDDEN,
    )


def internal_error() -> PortalError:
    """Return a server exception."""
    text = "Internal server error"
    return PortalError("INTERNAL_SERVER_ERROR", text, HTTPStatus.INTERNAL_SERVER_ERROR)


def thrown() -> PortalError:
    """Return what a controller makes of an error that PHP threw in it, at whatever point."""
    return PortalError("0", "Call to a member function getInternalIndex() on null")


def thrown_argument() -> PortalError:
    """Return what it makes of a bad argument of whatever was called in it."""
    text = "The value of an argument 'name' is outside the allowable range of values"
    return PortalError("100", text)


def unexpected_answer() -> PortalError:
    """Return a server that did not understand itself."""
    text = "Server returned an unexpected response"
    return PortalError("ERROR_UNEXPECTED_ANSWER", text, HTTPStatus.INTERNAL_SERVER_ERROR)


def invalid_token() -> PortalError:
    """Return a token whose application the portal could not find out."""
    text = "Unable to get application by token"
    return PortalError("invalid_token", text, HTTPStatus.UNAUTHORIZED)


def no_authorization_server() -> PortalError:
    """Return a portal that cannot reach the authorization server."""
    text = "Error connecting to authorization server"
    return PortalError("CONNECTION_ERROR", text, HTTPStatus.UNAUTHORIZED)


def batch_not_allowed() -> PortalError:
    """Return a method that may not be used in a batch."""
    text = "Method is not allowed for batch usage"
    return PortalError("ERROR_BATCH_METHOD_NOT_ALLOWED", text)


def batch_too_long() -> PortalError:
    """Return command 51 and later."""
    return PortalError("ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded")
