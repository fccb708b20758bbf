"""Choose the sentence about the result of a write by the code the service recorded."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from b24app.errors import InputCode
from b24app.services.actions import OutcomeCode, UndoKind
from b24app.services.card.card_view import Notice
from b24app.services.writing.error_names import ErrorName
from b24app.web.plumbing import i18n
from b24app.web.words import error_words
from b24app.web.words.actions.joined import OUTCOMES

UNDOES: Mapping[UndoKind, LazyString] = {
    UndoKind.UNPAY: _l(
        "Undo takes back the stock and the delivery too, but no automation, receipt or message to "
        "the client."
    ),
    UndoKind.PAY: _l(
        "Undo marks it as paid again, by you and as of now. Automation, a receipt and messages to "
        "the client may be repeated."
    ),
}
"""What undoing a mark does not undo (the portal's own limits), by what Undo would do."""

ACCOUNT_CHOSEN = _l(
    "Bitrix24 chose the client’s account in its shop for it: Mark as paid takes the amount from "
    "there. If the client pays in another way, change the payment system first."
)
"""Of a new payment whose payment system nobody chose (quirk 109)."""

BAD_INPUT: Mapping[str, LazyString] = {
    InputCode.FRACTION: _l("Enter a whole number: Bitrix24 would drop the fraction."),
    InputCode.FRACTION_ASKS: _l(
        "This item has a fraction now, which cannot be saved from here. Change its quantity first."
    ),
    InputCode.QUANTITY: _l("Enter a whole number from 1."),
    InputCode.TOO_MANY: _l("There is not that much left to bill."),
    InputCode.TOO_MANY_ROWS: _l("These are too many products at once. Choose fewer."),
    InputCode.TOO_MANY_PAYMENTS: _l("At most 50 payments can be changed at once. Choose fewer."),
    InputCode.NOTHING_CHOSEN: _l("Choose at least one product."),
    InputCode.NO_DELIVERY: _l("Choose a delivery."),
    InputCode.DELIVERY_THERE: _l("This delivery is in the payment already. Choose another one."),
    InputCode.ZERO_ASKS: _l(
        "This payment asks for nothing: its amount is zero. Press Refresh, then mark it again."
    ),
    InputCode.NO_AMOUNT: _l(
        "A payment has to ask for money: what you chose comes to zero or less. Choose a product "
        "with a price."
    ),
    InputCode.REST_CHANGED: _l(
        "Someone else has changed what is left to bill. Check the new amount."
    ),
    InputCode.DELIVERY_PRICE: _l(
        "The price of this delivery has changed in Bitrix24. Check the new amount."
    ),
    InputCode.NOTHING_TO_BILL: _l("Everything that can be billed here is in a payment already."),
    InputCode.NO_ESTIMATE: _l(
        "This card has several orders and too many payments to tell what is left. Use New payment "
        "and choose the products."
    ),
    InputCode.ROWS_UNREAD: _l(
        "Nothing was changed: Bitrix24 sent only some of the products of this card. Try again in a "
        "moment, or use New payment and choose products that are listed."
    ),
    InputCode.ROWS_UNCLEAR: _l(
        "Nothing was changed: Bitrix24 does not say which products of this card its payments are "
        "for, so one could be billed twice. Bill them in Bitrix24 itself."
    ),
    InputCode.APART: _l(
        "Bitrix24 does not put this into the same payment as what is in it. Bill each product in a "
        "payment of its own, with Bill the rest or New payment."
    ),
    InputCode.LOWERS: _l(
        "Here Bitrix24 takes only one of several rows with the same product, or typed by name, "
        "into a payment, and one that you chose lowers the amount. Lower the price of the other "
        "row instead."
    ),
    InputCode.NO_SYSTEM: _l("This payment system is not available any more. Choose another one."),
    InputCode.CHOICE_GONE: _l("What you chose is not on this card any more. Press Refresh."),
    InputCode.LINE_GONE: _l(
        "This line is not in the payment any more. What you see now is current."
    ),
    InputCode.OTHER_ORDER: _l(
        "A delivery can only be in a payment of its own order. This delivery and this payment are "
        "of different orders."
    ),
    InputCode.SAME_PAYMENT: _l("The delivery is in this payment already."),
    InputCode.NUMBER: _l("A number was expected."),
    InputCode.NOTE_TOO_LONG: _l("This note is too long: at most 300 characters are kept."),
    InputCode.NO_STATEMENT: _l("Paste the lines of a bank statement first."),
    InputCode.STATEMENT_TOO_LONG: _l(
        "This is too much at once: paste at most 200 lines with 24,000 characters."
    ),
    InputCode.STATEMENT_IS_XML: _l(
        "This is an XML file (CAMT), which cannot be read here. Your bank offers the same as CSV, "
        "as MT940 or as text to copy: paste that."
    ),
    InputCode.NO_LINE_CHOSEN: _l("Choose at least one payment."),
    InputCode.REMIND_DAY: _l("Choose a day from today on, within a year."),
    InputCode.NO_KEY: _l("The page is out of date. Reload the card and try again."),
}

TOO_MANY = _l("%(product)s: at most %(most)s can be billed.")
NONE_LEFT = _l("%(product)s: none is left to bill.")


def announced(code: OutcomeCode | ErrorName, values: Mapping[str, str]) -> str:
    """Return the sentence for how a write ended."""
    if isinstance(code, OutcomeCode):
        return str(OUTCOMES[code].card % _named(values))
    return refused(code, values.get("code", ""), values)


def names_payment(code: OutcomeCode | ErrorName) -> bool:
    """Return whether the sentence for an outcome names its payment."""
    return isinstance(code, OutcomeCode) and "%(number)s" in str(OUTCOMES[code].card)


def is_note(code: OutcomeCode | ErrorName) -> bool:
    """Return whether an outcome is no success: it was so already, and nothing was changed."""
    return isinstance(code, OutcomeCode) and OUTCOMES[code].is_note


def noticed(notice: Notice) -> str:
    """Return the sentence for a half-finished action that is still shown on the card."""
    return str(OUTCOMES[OutcomeCode(notice.code)].card % _named(notice.values))


def _named(values: Mapping[str, str]) -> dict[str, str]:
    """Return the values of a sentence; of many rows some are named and the others counted.

    A day stands as people write it.
    """
    if values.get("day"):
        values = {**values, "day": i18n.day(values["day"])}
    more = int(values.get("more") or 0)
    if not more:
        return dict(values)
    names = ngettext("%(names)s and %(num)s more", "%(names)s and %(num)s more", more, **values)
    return {**values, "names": names}


def bad_input(code: str, values: Mapping[str, str]) -> str:
    """Return the sentence for bad input, with the product and what is left of it if known."""
    if code == InputCode.TOO_MANY and values.get("product"):
        words = TOO_MANY if values["most"] != "0" else NONE_LEFT
        return str(words % dict(values))
    return str(BAD_INPUT[code])


def refused(name: ErrorName, code: str = "", values: Mapping[str, str] | None = None) -> str:
    """Return the sentence for a write that ended in an error."""
    if code in BAD_INPUT:
        return f"{_l('Not saved.')} {bad_input(code, values or {})}"
    return error_words.of_write(name.kind)
