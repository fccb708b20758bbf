"""Edit line items: the dialog that adds rows, quantities in place, removal."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from b24app.services.actions import Action
from b24app.services.payments import dialogs, filling, items
from b24app.services.payments.items import NewQuantity
from b24app.services.payments.quantities import RowQuantity, whole
from b24app.web.plumbing.entry import current_card, proven, require_session
from b24app.web.tab import large_pages
from b24app.web.tab.writing import (
    answer,
    asked,
    optional_decimal,
    seen_currency,
    whole_number,
)

blueprint = Blueprint("payment_items", __name__, url_prefix="/payments/<int:payment_id>/items")
blueprint.before_request(require_session)


@blueprint.get("")
def form(payment_id: int) -> ResponseReturnValue:
    """Show the dialog that adds rows to a payment."""
    view, shown = dialogs.for_items(proven(Action.ITEMS), payment_id)
    return large_pages.render("payments/_add_items.html", [view], view=view, shown=shown)


@blueprint.post("")
def add(payment_id: int) -> Response:
    """Add the chosen rows."""
    card = proven(Action.ITEMS)
    wanted = chosen_rows()
    return answer(filling.add(card, asked(), payment_id, wanted, seen_currency()))


@blueprint.post("/<int:item_id>")
def set_quantity(payment_id: int, item_id: int) -> Response:
    """Change a quantity in place."""
    card = proven(Action.ITEMS)
    wish = NewQuantity(
        whole(request.form.get("quantity", "")),
        optional_decimal("shown"),
        may_round=request.form.get("may_round") == "1",
    )
    return answer(items.set_quantity(card, asked(), payment_id, item_id, wish))


@blueprint.delete("/<int:item_id>")
def remove(payment_id: int, item_id: int) -> Response:
    """Remove an item."""
    return answer(items.remove(current_card(), asked(), payment_id, item_id))


def chosen_rows() -> tuple[RowQuantity, ...]:
    """Return a form's checked rows with quantities. Raises InputError naming the field."""
    ids = dict.fromkeys(whole_number(text, "row") for text in request.form.getlist("row"))
    return tuple(_chosen(row_id) for row_id in ids)


def _chosen(row_id: int) -> RowQuantity:
    field = f"quantity-{row_id}"
    quantity = whole(request.form.get(field, ""), field)
    return RowQuantity(row_id, quantity, optional_decimal(f"price-{row_id}"))
