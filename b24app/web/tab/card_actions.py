"""Serve what concerns the card as a whole: new payments, the allocation view."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from b24app.services.actions import Action
from b24app.services.card import allocation, canceled, half_done, tab
from b24app.services.directories import pay_systems
from b24app.services.payments import advance, aim, creation, dialogs, filling, quantities
from b24app.web.plumbing import i18n
from b24app.web.plumbing.entry import current_card, proven, require_session
from b24app.web.tab import large_pages
from b24app.web.tab.payment_items import chosen_rows
from b24app.web.tab.writing import (
    answer,
    asked,
    optional_decimal,
    optional_number,
    seen_currency,
)

blueprint = Blueprint("card_actions", __name__, url_prefix="/payments")
blueprint.before_request(require_session)


@blueprint.get("/new")
def new_form() -> ResponseReturnValue:
    """Show the dialog for a new payment."""
    card = proven(Action.CREATE)
    view = dialogs.for_card(card)
    return large_pages.render(
        "payments/_new.html",
        [view],
        view=view,
        pay_systems=pay_systems.directory(card),
        default_system_id=pay_systems.default_id(card),
    )


@blueprint.get("/advance")
def work_out_advance() -> ResponseReturnValue:
    """Show the quantities nearest to an advance of `number` percent or money."""
    card = proven(Action.CREATE)
    unit = advance.unit_of(request.args.get("unit", ""))
    view = dialogs.for_card(card)
    found = advance.work_out(
        view.billable,
        request.args.get("number", ""),
        unit,
        i18n.currency_digits(view.card.amount.currency),
    )
    return render_template("payments/_nearest.html", view=view, advance=found, unit=unit)


@blueprint.post("")
def create() -> Response:
    """Create a payment with the chosen rows."""
    card = proven(Action.CREATE)
    wanted = chosen_rows()
    choice = _system_choice()
    return answer(creation.create(card, asked(), choice, wanted, seen_currency()))


@blueprint.get("/rest")
def rest_form() -> ResponseReturnValue:
    """Show what Bill the rest would bill: the first click bills nothing."""
    card = proven(Action.CREATE)
    view, places = dialogs.for_rest(card)
    return render_template(
        "payments/_rest.html",
        view=view,
        fingerprint=quantities.fingerprint(
            (row.id, int(row.quantity), row.price.amount) for row in view.billable.rows
        ),
        places=places,
        has_places_left=any(not places.of(delivery.id) for delivery in view.deliveries),
        is_long=len(view.billable.rows) > aim.at_once(card),
        pay_systems=pay_systems.directory(card),
        default_system_id=pay_systems.default_id(card),
    )


@blueprint.post("/rest")
def bill_remaining() -> Response:
    """Create a payment with everything that no payment bills yet."""
    card = proven(Action.CREATE)
    choice = _system_choice()
    rows = request.form.get("rows", "")
    expected = aim.ExpectedRest(optional_decimal("shown"), seen_currency(), rows)
    return answer(creation.bill_remaining(card, asked(), choice, expected))


@blueprint.get("/filling/<int:filling_id>")
def filling_form(filling_id: int) -> ResponseReturnValue:
    """Show the progress of a payment that gets its products in parts; the page goes on itself."""
    card = proven()
    found = filling.find_shown(card, filling_id)
    return render_template("payments/_filling.html", filling=found, ref=card.ref)


@blueprint.post("/filling/<int:filling_id>")
def fill(filling_id: int) -> Response:
    """Add the next part of its products."""
    return answer(filling.go_on(proven(), asked(), filling_id))


@blueprint.delete("/notices/<int:notice_id>")
def dismiss_notice(notice_id: int) -> ResponseReturnValue:
    """Stop showing a half-finished action that a person has dealt with."""
    half_done.dismiss(proven(), notice_id)
    return ""


@blueprint.delete("/canceled")
def reopened() -> ResponseReturnValue:
    """Forget that orders of the card are canceled; the page then reads it again."""
    canceled.forget(proven())
    return render_template("payments/_again.html", oob=True)


@blueprint.get("/how")
def show_how() -> ResponseReturnValue:
    """Show how the figures add up, with the lines of every payment, read on request."""
    shown = tab.details_of_newest(proven(), allocation.MOST_PAYMENTS)
    return large_pages.render("payments/_how.html", [shown.view], view=shown.view)


@blueprint.get("/printed")
def printed() -> ResponseReturnValue:
    """Show who prints the list and when, for its header. The portal is not asked."""
    card = current_card()
    return render_template("payments/_printed.html", now=card.clock(), name=card.user_name)


@blueprint.get("/allocation")
def show_allocation() -> ResponseReturnValue:
    """Show product rows against payments."""
    found = allocation.read(proven())
    return large_pages.render("payments/_allocation.html", [found.view], allocation=found)


def _system_choice() -> int | None:
    """Return the form's choice of a payment system, for `pay_systems.chosen_id`."""
    if request.form.get("pay_system_id") == "":
        return pay_systems.BY_PORTAL
    return optional_number("pay_system_id")
