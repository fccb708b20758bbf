"""Edit delivery lines: reassign, add, remove, move to another payment."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from b24app.services.actions import Action
from b24app.services.payments import deliveries, dialogs, move_delivery, move_plan
from b24app.services.payments.deliveries import Choice
from b24app.services.payments.move_plan import Wish
from b24app.web.plumbing.entry import proven, require_session
from b24app.web.tab.writing import answer, asked, optional_decimal, optional_number, whole_number

blueprint = Blueprint(
    "payment_deliveries", __name__, url_prefix="/payments/<int:payment_id>/deliveries"
)
blueprint.before_request(require_session)


@blueprint.get("")
def form(payment_id: int) -> ResponseReturnValue:
    """Show the dialog that adds a delivery, with the payments that already bill it."""
    view, shown, places = dialogs.for_delivery(proven(Action.DELIVERIES), payment_id)
    here = {
        delivery.id: any(holder.payment.id == payment_id for holder in places.of(delivery.id))
        for delivery in view.deliveries
    }
    fitting = view.fitting(shown.payment)
    offered = [delivery for delivery in fitting if not here[delivery.id]]
    # Unbilled deliveries come first.
    offered.sort(key=lambda delivery: len(places.of(delivery.id)) > 0)
    return render_template(
        "payments/_add_delivery.html",
        shown=shown,
        deliveries=offered,
        has_other_orders=len(fitting) < len(view.deliveries),
        places=places,
        view=view,
    )


@blueprint.post("")
def add(payment_id: int) -> Response:
    """Add a delivery of this card, or move it here from the payment that the form names.

    The button that moves is the form's first, so Enter moves too; an unbilled one is added.
    """
    card = proven(Action.DELIVERIES)
    document_id = _chosen()
    seen_price = optional_decimal(f"price-{document_id}")
    origin = _origin(document_id) if request.form.get("how") == "move" else None
    if origin is not None:
        from_id, item_id = origin
        wish = Wish(item_id, payment_id, document_id, seen_price)
        outcome = move_delivery.move(card, asked(), from_id, wish)
        return answer(outcome, shown_at=payment_id)
    seen_in = frozenset() if "how" in request.form else _seen_in(document_id)
    choice = Choice(document_id, seen_in, seen_price=seen_price)
    return answer(deliveries.add(card, asked(), payment_id, choice))


@blueprint.post("/<int:item_id>")
def reassign(payment_id: int, item_id: int) -> Response:
    """Link a delivery line to another document of this card."""
    card = proven(Action.DELIVERIES)
    document_id = _chosen()
    expected_document_id = optional_number("shown")
    seen_price = optional_decimal(f"price-{document_id}")
    choice = Choice(document_id, _seen_in(document_id), expected_document_id, seen_price)
    return answer(deliveries.reassign(card, asked(), payment_id, item_id, choice))


def _chosen() -> int | None:
    """Return the chosen delivery, None without one. Raises InputError for what is no number."""
    text = request.form.get("delivery_id", "")
    return whole_number(text, "delivery_id") if text else None


def _seen_in(document_id: int | None) -> frozenset[int]:
    """Return the other payments that bill this delivery according to the form."""
    field = f"holders-{document_id}"
    text = request.form.get(field, "")
    return frozenset(whole_number(part, field) for part in text.split(",")) if text else frozenset()


def _origin(document_id: int | None) -> tuple[int, int] | None:
    """Return the unpaid payment that bills this delivery according to the form, and its line."""
    field = f"from-{document_id}"
    text = request.form.get(field, "")
    if not text:
        return None
    payment_id, _, item_id = text.partition("-")
    return whole_number(payment_id, field), whole_number(item_id, field)


@blueprint.delete("/<int:item_id>")
def remove(payment_id: int, item_id: int) -> Response:
    """Remove a delivery line."""
    card = proven(Action.DELIVERIES)
    expected_document_id = optional_number("shown")
    return answer(deliveries.remove(card, asked(), payment_id, item_id, expected_document_id))


@blueprint.get("/<int:item_id>/move")
def move_form(payment_id: int, item_id: int) -> ResponseReturnValue:
    """Show the dialog that moves a delivery to another unpaid payment."""
    found = move_plan.targets(proven(Action.DELIVERIES), payment_id, item_id)
    return render_template(
        "payments/_move_delivery.html",
        payment=found.at.payment,
        item_id=item_id,
        delivery=found.at.documents[found.link.document_id],
        others=found.others,
        has_other_orders=found.has_other_orders,
        unread=found.unread,
    )


@blueprint.post("/<int:item_id>/move")
def move(payment_id: int, item_id: int) -> Response:
    """Move a delivery line to another payment."""
    card = proven(Action.DELIVERIES)
    to_id = whole_number(request.form.get("to", ""), "to")
    wish = Wish(item_id, to_id, optional_number("shown"), optional_decimal("price"))
    return answer(move_delivery.move(card, asked(), payment_id, wish))
