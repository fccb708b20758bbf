"""REST error code -> exception. Pure tables; the portal's localized words never decide.

`error` is a string or an integer (quirk 5) and its letter case differs between sources. Statuses
differ between documents for the same code (quirk 9), so the code is the truth; the status only
helps where a code is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from b24app.errors import (
    AlreadyBoundError,
    AppUninstalledError,
    BareRefusalError,
    BatchRefusedError,
    BusinessRefusalError,
    HandlerRefusedError,
    MaybeUninstalledError,
    MethodMissingError,
    MethodRefusedError,
    NotFoundError,
    NotSignedInError,
    OrderCanceledError,
    ParameterRefusedError,
    PlacementMissingError,
    PlanWithoutRestError,
    PortalBusyError,
    PortalClosedError,
    PortalError,
    PortalOverloadedError,
    PortalSilentError,
    RightsRefusedError,
    ScopeMissingError,
    SubscriptionEndedError,
    TokenExpiredError,
    TokenRejectedError,
    UnexplainedRefusalError,
    UserBlockedError,
)

QUERY_LIMIT = "QUERY_LIMIT_EXCEEDED"

PARAMETER_REFUSED = "100"
"""A parameter is missing or of a wrong type: the method was not carried out (rest-contract a.3)."""

BY_CODE: Mapping[str, type[PortalError]] = {
    QUERY_LIMIT: PortalBusyError,
    "OPERATION_TIME_LIMIT": PortalBusyError,
    "OVERLOAD_LIMIT": PortalOverloadedError,
    # The portal could not ask the authorization server about the token, which stays good.
    "CONNECTION_ERROR": PortalBusyError,
    "INTERNAL_SERVER_ERROR": PortalSilentError,
    "ERROR_UNEXPECTED_ANSWER": PortalSilentError,
    "ERROR_CORE": PortalSilentError,
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
    "METHOD_CONFIRM_WAITING": MethodRefusedError,
    "METHOD_CONFIRM_DENIED": MethodRefusedError,
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
    "ENTITY_TYPE_NOT_SUPPORTED": BusinessRefusalError,
    "ADDING_DISABLED": BusinessRefusalError,
    "SALE_ORDER_PAID_ORDER_CANCELED": OrderCanceledError,
    "ERROR_PLACEMENT_NOT_FOUND": PlacementMissingError,
    "ERROR_EVENT_NOT_FOUND": BusinessRefusalError,
    "ERROR_WRONG_HANDLER_URL": HandlerRefusedError,
    "ERROR_UNSUPPORTED_PROTOCOL": HandlerRefusedError,
    "ERROR_CHECK_FAILURE": BusinessRefusalError,
    PARAMETER_REFUSED: ParameterRefusedError,
    "": BusinessRefusalError,
}

BY_METHOD_AND_CODE: Mapping[tuple[str, str], type[PortalError]] = {
    # A repeated bind: the handler is there already (quirk 55).
    ("placement.bind", "ERROR_CORE"): AlreadyBoundError,
    ("event.bind", "ERROR_CORE"): AlreadyBoundError,
    # Nobody needs rights for these, so only the plan can be what is denied.
    ("batch", "ACCESS_DENIED"): PlanWithoutRestError,
    ("profile", "ACCESS_DENIED"): PlanWithoutRestError,
    ("app.info", "ACCESS_DENIED"): PlanWithoutRestError,
    ("scope", "ACCESS_DENIED"): PlanWithoutRestError,
    ("method.get", "ACCESS_DENIED"): PlanWithoutRestError,
}

ZERO_ON_NEW: Mapping[str, type[PortalError]] = {
    # "0" as text comes from portals that have ACCESS_DENIED for rights: what is left is "has not
    # been found". Methods that are not listed have several reasons: BusinessRefusalError.
    "crm.item.payment.get": NotFoundError,
    "crm.item.payment.delete": NotFoundError,
    "crm.item.payment.pay": NotFoundError,
    "crm.item.payment.unpay": NotFoundError,
    "crm.item.payment.product.list": NotFoundError,
    "crm.item.payment.product.delete": NotFoundError,
    "crm.item.payment.delivery.list": NotFoundError,
    "crm.item.payment.delivery.setDelivery": NotFoundError,
    "crm.item.payment.delivery.delete": NotFoundError,
}

ZERO_ON_OLD: Mapping[str, type[PortalError]] = {
    # Old portals answer the number 0 for missing rights, and for a missing payment as well
    # (rest-contract e.1). For these last methods it may also be a reason of the method.
    "crm.item.payment.list": BareRefusalError,
    "crm.item.payment.get": BareRefusalError,
    "crm.item.payment.update": BareRefusalError,
    "crm.item.payment.delete": BareRefusalError,
    "crm.item.payment.pay": BareRefusalError,
    "crm.item.payment.unpay": BareRefusalError,
    "crm.item.payment.product.list": BareRefusalError,
    "crm.item.payment.delivery.list": BareRefusalError,
    "crm.item.delivery.list": BareRefusalError,
    "crm.item.payment.add": UnexplainedRefusalError,
    "crm.item.payment.product.add": UnexplainedRefusalError,
    "crm.item.payment.product.setQuantity": UnexplainedRefusalError,
    "crm.item.payment.product.delete": UnexplainedRefusalError,
    "crm.item.payment.delivery.add": UnexplainedRefusalError,
    "crm.item.payment.delivery.setDelivery": UnexplainedRefusalError,
    "crm.item.payment.delivery.delete": UnexplainedRefusalError,
}

SAFE_CODE = re.compile(r"[\w.\-]{0,64}\Z", re.ASCII)
MAX_DESCRIPTION = 300
UNAUTHORIZED, SERVER_FAILURE = 401, 500
NOT_SIGNED_IN, NOT_INSTALLED = "authorized in this context", "not installed"
"""Words that the portal does not translate."""


def error_for(
    method: str, error: object, description: object = "", http_status: int = 0
) -> PortalError:
    """Return the exception for an answer's `error`. `http_status` is 0 inside a batch."""
    text = "" if error is None else str(error)
    code = text if SAFE_CODE.match(text) else "unreadable"
    return _class_of(method, error, code, http_status, str(description or ""))(
        code=code,
        method=method,
        http_status=http_status,
        description=str(description)[:MAX_DESCRIPTION] if description else "",
    )


def _class_of(
    method: str, error: object, code: str, http_status: int, description: str
) -> type[PortalError]:
    known = code.upper()
    if known == "0":
        table = ZERO_ON_NEW if isinstance(error, str) else ZERO_ON_OLD
        return table.get(method, BusinessRefusalError)
    if known == "ACCESS_DENIED" and http_status == UNAUTHORIZED:
        # Rights are 400 or 403 in every source; with 401 it is the token that is refused, for its
        # owner or for the plan (rest-contract b). The portal's own words are constants here, and
        # only choose between two sentences: neither is ever remembered of a card.
        return NotSignedInError if NOT_SIGNED_IN in description else PlanWithoutRestError
    if known == "ERROR_OAUTH" and NOT_INSTALLED not in description.lower():
        # Also the code of other failures.
        return MaybeUninstalledError
    found = BY_METHOD_AND_CODE.get((method, known)) or BY_CODE.get(known)
    if found is not None:
        return found
    # An unknown code with a server failure proves nothing about what was done.
    return PortalSilentError if http_status >= SERVER_FAILURE else BusinessRefusalError
