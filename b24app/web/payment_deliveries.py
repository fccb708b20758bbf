"""Delivery lines: reassign, add, remove, move to another payment."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from b24app.services import deliveries, forms, moves
from b24app.services.actions import Action
from b24app.web.entry import proven, require_session
from b24app.web.wiring import deps
from b24app.web.writing import optional_number, whole_number, write

blueprint = Blueprint(
    "payment_deliveries", __name__, url_prefix="/payments/<int:payment_id>/deliveries"
)
blueprint.before_request(require_session)


@blueprint.get("")
def form(payment_id: int) -> ResponseReturnValue:
    """The dialog that adds a delivery: those of the card that are not in this payment."""
    view, shown = forms.for_payment(deps(), proven(Action.DELIVERIES), payment_id)
    lines = shown.details.deliveries if shown.details else ()
    there = {line.item.document_id for line in lines}
    offered = [one for one in view.deliveries if one.id not in there]
    return render_template("payments/_add_delivery.html", shown=shown, deliveries=offered)


@blueprint.post("")
def add(payment_id: int) -> Response:
    """Add a delivery of this card."""
    document_id = whole_number(request.form.get("delivery_id", ""), "delivery_id")
    return write(
        Action.DELIVERIES,
        "add_delivery",
        payment_id,
        lambda who: deliveries.add(deps(), who, payment_id, document_id),
    )


@blueprint.post("/<int:item_id>")
def reassign(payment_id: int, item_id: int) -> Response:
    """Link a delivery line to another document of this card."""
    document_id = whole_number(request.form.get("delivery_id", ""), "delivery_id")
    shown = optional_number("shown")
    return write(
        Action.DELIVERIES,
        "reassign_delivery",
        payment_id,
        lambda who: deliveries.reassign(deps(), who, payment_id, item_id, document_id, shown),
    )


@blueprint.delete("/<int:item_id>")
def remove(payment_id: int, item_id: int) -> Response:
    """Take a delivery line out."""
    return write(
        Action.DELIVERIES,
        "remove_delivery",
        payment_id,
        lambda who: deliveries.remove(deps(), who, payment_id, item_id),
    )


@blueprint.get("/<int:item_id>/move")
def move_form(payment_id: int, item_id: int) -> ResponseReturnValue:
    """The dialog that moves a delivery to another unpaid payment."""
    place, link, others = moves.targets(proven(Action.DELIVERIES), payment_id, item_id)
    return render_template(
        "payments/_move_delivery.html",
        shown={"payment": place.payment},
        item_id=item_id,
        delivery=place.documents[link.document_id],
        others=[{"payment": payment} for payment in others],
    )


@blueprint.post("/<int:item_id>/move")
def move(payment_id: int, item_id: int) -> Response:
    """Move a delivery line to another payment."""
    to_id = whole_number(request.form.get("to", ""), "to")
    return write(
        Action.DELIVERIES,
        "move_delivery",
        payment_id,
        lambda who: moves.move(deps(), who, payment_id, item_id, to_id),
    )
