"""Line items: the dialog that adds rows, quantities in place, removal."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from b24app.services.actions import Action
from b24app.services.payments import filling, forms, items
from b24app.services.payments.quantities import Wanted, whole
from b24app.web.plumbing.entry import proven, require_session
from b24app.web.tab import large_pages
from b24app.web.tab.writing import optional_decimal, whole_number, write

blueprint = Blueprint("payment_items", __name__, url_prefix="/payments/<int:payment_id>/items")
blueprint.before_request(require_session)


@blueprint.get("")
def form(payment_id: int) -> ResponseReturnValue:
    """The dialog that adds rows to a payment."""
    view, shown = forms.for_items(proven(Action.ITEMS), payment_id)
    return large_pages.render("payments/_add_items.html", [view], view=view, shown=shown)


@blueprint.post("")
def add(payment_id: int) -> Response:
    """Add the chosen rows. What puts a row back adds nothing to one that is there again."""
    wanted = chosen_rows()
    is_putting_back = request.form.get("undo") == "1"
    return write(
        Action.ITEMS,
        "add_items",
        payment_id,
        lambda card: filling.add(card, payment_id, wanted, may_raise=not is_putting_back),
        is_repeatable=False,
    )


@blueprint.post("/<int:item_id>")
def set_quantity(payment_id: int, item_id: int) -> Response:
    """Change a quantity in place."""
    quantity = whole(request.form.get("quantity", ""))
    shown = optional_decimal("shown")
    may_round = request.form.get("may_round") == "1"
    return write(
        Action.ITEMS,
        "set_quantity",
        payment_id,
        lambda card: items.set_quantity(
            card, payment_id, item_id, quantity, shown=shown, may_round=may_round
        ),
    )


@blueprint.delete("/<int:item_id>")
def remove(payment_id: int, item_id: int) -> Response:
    """Take an item out."""
    return write(
        Action.ITEMS,
        "remove_item",
        payment_id,
        lambda card: items.remove(card, payment_id, item_id),
    )


def chosen_rows() -> tuple[Wanted, ...]:
    """The checked rows of a form with their quantities. Raises InputError naming the field."""
    ids = dict.fromkeys(whole_number(text, "row") for text in request.form.getlist("row"))
    return tuple(
        Wanted(row_id, whole(request.form.get(f"quantity-{row_id}", ""), f"quantity-{row_id}"))
        for row_id in ids
    )
