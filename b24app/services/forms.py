"""What dialogs offer: the card as the portal shows it now, with one payment's composition."""

from __future__ import annotations

from dataclasses import replace

from b24app.services import membership, tab, unbilled
from b24app.services.acting import Acting
from b24app.services.card_reads import Core
from b24app.services.card_view import CardView, PaymentView
from b24app.services.deps import Deps
from b24app.services.rendering import view_of


def for_payment(deps: Deps, acting: Acting, payment_id: int) -> tuple[CardView, PaymentView]:
    """Raises NotOnThisCardError for a payment of another card, GoneError for a deleted one."""
    view, shown, _ = _payment(deps, acting, payment_id)
    return view, shown


def for_items(deps: Deps, acting: Acting, payment_id: int) -> tuple[CardView, PaymentView]:
    """As `for_payment`, with the rows that can be added. Raises the same."""
    view, shown, core = _payment(deps, acting, payment_id)
    return _with_free_rows(acting, core, view), shown


def for_card(deps: Deps, acting: Acting) -> CardView:
    """The card without any composition, with the rows that a new payment can have."""
    read = tab.read_card(deps, acting, [])
    view = view_of(deps, acting, read.core, read.compositions, read.people)
    return _with_free_rows(acting, read.core, view)


def _payment(deps: Deps, acting: Acting, payment_id: int) -> tuple[CardView, PaymentView, Core]:
    membership.require_listed_or_present(acting, payment_id)
    read = tab.read_card(deps, acting, [payment_id])
    view = view_of(deps, acting, read.core, read.compositions, read.people)
    shown = view.payment(payment_id)
    if shown is None:
        raise membership.absent(acting, payment_id)
    return view, shown, read.core


def _with_free_rows(acting: Acting, core: Core, view: CardView) -> CardView:
    """On a card with several orders the portal does not tell them: worked out (decisions 19)."""
    if not core.is_estimate:
        return view
    free = unbilled.read(acting).free
    rows = tuple(row.of(core.card) for row in free or ())
    return replace(view, free_rows=rows, is_free_known=free is not None)
