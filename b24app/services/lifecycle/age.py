"""Find out before installing whether a portal is new enough to have payment methods at all."""

from __future__ import annotations

from b24app.bitrix.methods.payments import LIST_PAYMENTS, list_payments
from b24app.bitrix.methods.portal import MethodState, method_state
from b24app.bitrix.wire.portal_api import Batch, BatchResult, Handle, PortalApi
from b24app.domain import DEAL, EntityRef
from b24app.errors import AppError, MethodMissingError

NO_CARD = EntityRef(DEAL, 0)


def ask(batch: Batch) -> Handle[MethodState]:
    """Ask for the method that every opening needs, together with other questions."""
    return batch.add(method_state(LIST_PAYMENTS.name), is_optional=True)


def is_doubtful(result: BatchResult, asked: Handle[MethodState]) -> bool:
    """Return whether the portal says that it has no such method; no answer raises no doubt."""
    try:
        return result[asked] is MethodState.UNKNOWN
    except AppError:
        return False


def demand(api: PortalApi) -> None:
    """Raise MethodMissingError where the portal really has no such method.

    A portal keeps its word about a method for days (rest-contract e.19), and may have been updated
    since. So only the method itself is believed: any other answer of it shows that it is there.
    """
    try:
        api.call(list_payments(NO_CARD))
    except MethodMissingError:
        raise
    except AppError:
        return
