"""What dialogs offer: the card as the portal shows it now, with one payment's composition."""

from __future__ import annotations

from b24app.services import membership, tab
from b24app.services.card_view import CardView, PaymentView
from b24app.services.deps import Deps
from b24app.services.launches import Acting
from b24app.services.rendering import view_of


def for_payment(deps: Deps, acting: Acting, payment_id: int) -> tuple[CardView, PaymentView]:
    """Raises NotOnThisCardError for a payment of another card, GoneError for a deleted one."""
    membership.require_listed_or_present(deps, acting, payment_id)
    read = tab.read_card(deps, acting, [payment_id])
    view = view_of(deps, acting, read.core, read.compositions, read.people)
    shown = view.payment(payment_id)
    if shown is None:
        raise membership.absent(acting, payment_id)
    return view, shown


def for_card(deps: Deps, acting: Acting) -> CardView:
    """The card without any composition."""
    read = tab.read_card(deps, acting, [])
    return view_of(deps, acting, read.core, read.compositions, read.people)
