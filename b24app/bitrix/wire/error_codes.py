"""REST error code -> exception. Pure tables; the portal's localized words never decide.

`error` is a string or an integer (quirk 5) and its letter case differs between sources. Statuses
differ between documents for the same code (quirk 9), so the code is the truth; the status only
helps where a code is unknown. What a code means in one method only stands with that method.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from b24app.bitrix.command import BATCH, Command
from b24app.errors import (
    AccountTooLowError,
    AppUninstalledError,
    BatchRefusedError,
    BusinessRefusalError,
    Executed,
    HandlerRefusedError,
    MaybeUninstalledError,
    MethodMissingError,
    MethodRefusedError,
    MethodUnconfirmedError,
    NoPaySystemError,
    NotFoundError,
    NotSignedInError,
    OrderCanceledError,
    PaidUndeletableError,
    ParameterRefusedError,
    PaySystemUnfitError,
    PlacementMissingError,
    PlanWithoutRestError,
    PortalBusyError,
    PortalClosedError,
    PortalError,
    PortalOverloadedError,
    PortalPausedError,
    PortalSilentError,
    RightsRefusedError,
    ScopeMissingError,
    SubscriptionEndedError,
    TokenExpiredError,
    TokenRejectedError,
    UserBlockedError,
    ValueRefusedError,
)

QUERY_LIMIT = "QUERY_LIMIT_EXCEEDED"

PARAMETER_REFUSED = "100"
"""A parameter is missing or of a wrong type: the method was not carried out (rest-contract a.3)."""

BY_CODE: Mapping[str, type[PortalError]] = {
    QUERY_LIMIT: PortalBusyError,
    "OPERATION_TIME_LIMIT": PortalPausedError,
    "OVERLOAD_LIMIT": PortalOverloadedError,
    # The portal could not ask the authorization server about the token, which stays good.
    "CONNECTION_ERROR": PortalBusyError,
    "INTERNAL_SERVER_ERROR": PortalSilentError,
    "ERROR_UNEXPECTED_ANSWER": PortalSilentError,
    "ERROR_CORE": PortalSilentError,
    # The answer could not be printed, of a call or of a whole batch that has run (quirk 103).
    "WRONG_ENCODING": PortalSilentError,
    "EXPIRED_TOKEN": TokenExpiredError,
    "INVALID_TOKEN": TokenRejectedError,
    "NO_AUTH_FOUND": TokenRejectedError,
    "INVALID_CREDENTIALS": TokenRejectedError,
    "WRONG_AUTH_TYPE": TokenRejectedError,
    "APPLICATION_NOT_FOUND": AppUninstalledError,
    "ERROR_OAUTH": AppUninstalledError,
    "AUTHORIZATION_ERROR": UserBlockedError,
    "USER_ACCESS_ERROR": UserBlockedError,
    "PAYMENT_REQUIRED": SubscriptionEndedError,
    "INSUFFICIENT_SCOPE": ScopeMissingError,
    "ACCESS_DENIED": RightsRefusedError,
    "ALLOWED_ONLY_INTRANET_USER": MethodRefusedError,
    "METHOD_CONFIRM_WAITING": MethodUnconfirmedError,
    "METHOD_CONFIRM_DENIED": MethodUnconfirmedError,
    "WRONG_LICENSE": PlanWithoutRestError,
    "INVALID_REQUEST": PortalError,
    "ERROR_METHOD_NOT_FOUND": MethodMissingError,
    "ERROR_MANIFEST_IS_NOT_AVAILABLE": MethodMissingError,
    "PORTAL_DELETED": PortalClosedError,
    "ERROR_BATCH_METHOD_NOT_ALLOWED": BatchRefusedError,
    # Too long a batch is our own mistake and says nothing about what the portal serves.
    "ERROR_BATCH_LENGTH_EXCEEDED": PortalError,
    "ERROR_NOT_FOUND": NotFoundError,
    "NOT_FOUND": NotFoundError,
    "OWNER_NOT_FOUND": NotFoundError,
    "200640400001": NotFoundError,
    "ERROR_ARGUMENT": BusinessRefusalError,
    "REQUIRED_ARG_MISSING": BusinessRefusalError,
    "INVALID_ARG_VALUE": BusinessRefusalError,
    "WRONG_FIELD_VALUE": ValueRefusedError,
    "ENTITY_TYPE_NOT_SUPPORTED": BusinessRefusalError,
    "ADDING_DISABLED": BusinessRefusalError,
    "ERROR_PLACEMENT_NOT_FOUND": PlacementMissingError,
    "ERROR_EVENT_NOT_FOUND": BusinessRefusalError,
    "ERROR_WRONG_HANDLER_URL": HandlerRefusedError,
    "ERROR_UNSUPPORTED_PROTOCOL": HandlerRefusedError,
    "ERROR_CHECK_FAILURE": BusinessRefusalError,
    PARAMETER_REFUSED: ParameterRefusedError,
    "": BusinessRefusalError,
}

BY_START: Mapping[str, type[PortalError]] = {
    "SALE_ORDER_PAID_ORDER_CANCELED": OrderCanceledError,
    "SALE_ORDER_PAYMENT_NOT_ENOUGH_USER_BUDGET": AccountTooLowError,
    "SALE_PAYMENT_DELETE_EXIST_PAID": PaidUndeletableError,
    "SALE_PAYMENT_PAYMENT_SERVICE_EMPTY": NoPaySystemError,
    "SALE_PAYMENT_WRONG_PAYMENT_SERVICE": PaySystemUnfitError,
}
"""Codes of the module of sales, which adds a suffix to some of them."""

TELLS_NOTHING = frozenset({"0", PARAMETER_REFUSED, "ERROR_ARGUMENT"})
"""Codes that an exception gets as well, whenever it is thrown: also after the write (quirk 102)."""

NOT_BOUND = re.compile(r"Could not find value for parameter|Invalid value \{")
"""How a controller says, in English only, that it did not begin (rest-contract a.3)."""

SAFE_CODE = re.compile(r"[\w.\-]{0,64}\Z", re.ASCII)
MAX_DESCRIPTION = 300
UNAUTHORIZED, SERVER_FAILURE = 401, 500
NOT_SIGNED_IN, NOT_INSTALLED = "authorized in this context", "not installed"
NO_PLAN = "commercial plans"
"""Words that the portal does not translate."""


def error_for(
    command: Command[Any], error: object, description: object = "", http_status: int = 0
) -> PortalError:
    """Return the exception for an answer's `error`. `http_status` is 0 inside a batch."""
    text = "" if error is None else str(error)
    code = text if SAFE_CODE.match(text) else "unreadable"
    found = _class_of(command, error, code, http_status, str(description or ""))(
        code=code,
        method=command.method,
        http_status=http_status,
        description=str(description)[:MAX_DESCRIPTION] if description else "",
    )
    is_doubtful = _may_be_late(code.upper(), str(description or ""))
    if command.method == BATCH.method:
        # No method can refuse a whole batch: this is of whoever stands before the portal.
        is_doubtful = isinstance(found, BusinessRefusalError | NotFoundError)
    if command.is_write and is_doubtful and found.executed is Executed.NO:
        found.executed = Executed.DOUBTFUL
    return found


def _may_be_late(code: str, description: str) -> bool:
    """Return whether a write's refusal may be an exception thrown after it was stored.

    Whatever is thrown in a controller becomes an error of the method, with the exception's own
    code: 0 mostly, 100 for an argument of whatever was called in there (quirk 102).
    """
    if code == PARAMETER_REFUSED and NOT_BOUND.match(description):
        return False
    return code in TELLS_NOTHING or not (code in BY_CODE or _by_start(code))


def _class_of(
    command: Command[Any], error: object, code: str, http_status: int, description: str
) -> type[PortalError]:
    known = code.upper()
    if known == "0":
        return command.refusals.get("0" if isinstance(error, str) else 0, BusinessRefusalError)
    if known == "ACCESS_DENIED" and http_status == UNAUTHORIZED:
        # Rights are 400 or 403 in every source; with 401 it is the token that is refused, for its
        # owner or for the plan (rest-contract b). The portal's own words are constants here, and
        # only choose between two sentences: neither is ever remembered of a card.
        return NotSignedInError if NOT_SIGNED_IN in description else PlanWithoutRestError
    if known == "ACCESS_DENIED" and NO_PLAN in description:
        # The documentation has 403 for the plan as well, which otherwise stands for rights.
        return PlanWithoutRestError
    if known == "ERROR_OAUTH" and NOT_INSTALLED not in description.lower():
        # Also the code of other failures.
        return MaybeUninstalledError
    found = command.refusals.get(known) or BY_CODE.get(known) or _by_start(known)
    if found is not None:
        return found
    # An unknown code with a server failure proves nothing about what was done.
    return PortalSilentError if http_status >= SERVER_FAILURE else BusinessRefusalError


def _by_start(code: str) -> type[PortalError] | None:
    return next((kind for start, kind in BY_START.items() if code.startswith(start)), None)
