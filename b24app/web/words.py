"""The sentences people read about outcomes: what happened, what was not done, what to do now.

Chosen from an error's class, never from its message or the portal's localized description.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from b24app import errors
from b24app.services.card_view import Notice
from b24app.services.writes import Announcement


@dataclass(frozen=True, slots=True)
class Words:
    """`action` is what the one button does: "retry", "reopen" or nothing."""

    title: LazyString
    text: LazyString
    action: str = "retry"
    tone: str = "warn"
    icon: str = "hourglass"


BUSY = Words(
    _l("Bitrix24 is busy"),
    _l("Nothing was changed. Try again in a moment."),
)
SILENT = Words(
    _l("Bitrix24 did not answer"),
    _l("The answer did not come or could not be understood. Try again in a moment."),
)
TOO_LONG = Words(
    _l("This tab was open for too long"),
    _l("Nothing was changed. Close this card and open it again to continue."),
    action="reopen",
    icon="login",
)
UNPROVEN = Words(
    _l("Bitrix24 did not confirm this session"),
    _l("Nothing was shown or changed. Close this card and open it again."),
    action="reopen",
    icon="login",
)
NO_RIGHTS = Words(
    _l("You can’t see payments here"),
    _l(
        "Your Bitrix24 role doesn’t include payments of this card. Ask an administrator for access."
    ),
    action="",
    icon="shield",
)
NOT_INSTALLED = Words(
    _l("This app is not installed here"),
    _l("Nothing was changed. Ask a Bitrix24 administrator to install it again."),
    action="",
    icon="info",
)

WORDS: dict[type[errors.AppError], Words] = {
    errors.InputError: Words(
        _l("This cannot be saved"),
        _l("Nothing was changed. Check what you entered and try again."),
        action="",
    ),
    errors.MalformedRequestError: Words(
        _l("Open this page from Bitrix24"),
        _l("The request lacks what Bitrix24 sends along. Nothing was changed."),
        action="",
        icon="info",
    ),
    errors.UnknownPortalError: NOT_INSTALLED,
    errors.InstallationUnprovenError: Words(
        _l("Installation not confirmed"),
        _l("Nothing was saved. Start the installation again from the Bitrix24 marketplace."),
        action="",
        icon="shield",
    ),
    errors.NotAdminError: Words(
        _l("Only for administrators"),
        _l("Nothing was changed. Ask an administrator of your Bitrix24."),
        action="",
        icon="shield",
    ),
    errors.RuleRefusedError: Words(
        _l("Not allowed here"),
        _l("Nothing was changed. An administrator of your Bitrix24 has limited who may do this."),
        action="",
        icon="shield",
    ),
    errors.SessionError: TOO_LONG,
    errors.SessionForgedError: UNPROVEN,
    errors.UnprovenError: UNPROVEN,
    errors.NotOnThisCardError: Words(
        _l("Not part of this card"),
        _l("Nothing was changed. Press Refresh to see the payments of this card."),
        action="",
        icon="search",
    ),
    errors.ChangedMeanwhileError: Words(
        _l("Changed by someone else"),
        _l("Not saved: it was changed in Bitrix24 by someone else. What you see now is current."),
    ),
    errors.PaidLockedError: Words(
        _l("This payment is paid"),
        _l("Not saved: a paid payment is locked. Mark it as unpaid to edit its items."),
        action="",
        icon="lock",
    ),
    errors.GoneError: Words(
        _l("Deleted meanwhile"),
        _l("Not saved: this payment was deleted in Bitrix24 by someone else."),
    ),
    errors.StillRunningError: Words(
        _l("Still working on it"),
        _l("The first click is still being carried out. Wait a moment, then press Refresh."),
    ),
    errors.KeyReusedError: Words(
        _l("Not saved"),
        _l("This form was already used for another change. Reload the card and try again."),
    ),
    errors.TooManyRequestsError: Words(
        _l("Too many attempts"),
        _l("Nothing was changed. Wait a minute and try again."),
    ),
    errors.PortalBusyError: BUSY,
    errors.PortalSilentError: SILENT,
    errors.UnexpectedAnswerError: SILENT,
    errors.NoConnectionError: Words(
        _l("Bitrix24 cannot be reached"),
        _l("Nothing was changed. Check that your Bitrix24 works, then try again."),
        tone="err",
        icon="nowifi",
    ),
    errors.TokenExpiredError: TOO_LONG,
    errors.TokenRejectedError: UNPROVEN,
    errors.RightsRefusedError: NO_RIGHTS,
    errors.NotFoundError: Words(
        _l("Not found in Bitrix24"),
        _l("It was deleted meanwhile, or you may not see it. Nothing was changed."),
    ),
    errors.BusinessRefusalError: Words(
        _l("Bitrix24 refused this"),
        _l("Nothing was changed. Press Refresh to see the present state."),
    ),
    errors.UserBlockedError: Words(
        _l("You may not use this app"),
        _l("Nothing was changed. An administrator decides who may use Deal Payments."),
        action="",
        icon="shield",
    ),
    errors.AppUninstalledError: NOT_INSTALLED,
    errors.NotInstalledError: NOT_INSTALLED,
    errors.SubscriptionEndedError: Words(
        _l("The subscription has ended"),
        _l("Nothing was changed. An administrator can renew Deal Payments in the marketplace."),
        action="",
        icon="info",
    ),
    errors.PlanWithoutRestError: Words(
        _l("Your Bitrix24 plan does not allow apps"),
        _l("Nothing was changed. Apps need a commercial plan; ask an administrator."),
        action="",
        icon="info",
    ),
    errors.PortalClosedError: Words(
        _l("Your Bitrix24 is closed at the moment"),
        _l("It was deleted or is under maintenance. Nothing was changed."),
    ),
    errors.PortalMovedError: Words(
        _l("Your Bitrix24 has a new address"),
        _l("Close this card and open it again from the new address."),
        action="reopen",
    ),
    errors.ScopeMissingError: Words(
        _l("A permission is missing"),
        _l("Nothing was changed. An administrator has to install Deal Payments again."),
        action="",
        icon="shield",
    ),
    errors.MethodMissingError: Words(
        _l("Your Bitrix24 is too old for this"),
        _l("Nothing was changed. The sale and CRM modules have to be updated."),
        action="",
        icon="info",
    ),
    errors.GrantLostError: TOO_LONG,
    errors.GrantError: Words(
        _l("The authorization server did not answer"),
        _l("Nothing was changed. Try again in a moment."),
    ),
    errors.AppError: Words(
        _l("Something went wrong"),
        _l("We have noted it. Press Refresh to see the present state before you go on."),
        tone="err",
        icon="alert",
    ),
}


def words_of(kind: type[errors.AppError]) -> Words:
    """The words of the nearest class up the tree."""
    for ancestor in kind.__mro__:
        if ancestor in WORDS:
            return WORDS[ancestor]
    return WORDS[errors.AppError]


LINK_REFUSALS = {
    "no_shop": _l("There is no link: this Bitrix24 has no shop site yet."),
    "phone_not_confirmed": _l(
        "There is no link: the phone of the shop site’s owner is not confirmed yet."
    ),
}

OUTCOMES = {
    "paid": _l("Payment %(number)s marked as paid"),
    "already_paid": _l("Payment %(number)s was already marked as paid"),
    "not_paid": _l("Payment %(number)s was not marked as paid. Bitrix24 shows it as unpaid."),
    "not_confirmed_paid": _l(
        "Bitrix24 did not confirm it: payment %(number)s is shown as unpaid now. "
        "Press Refresh in a moment before you try again."
    ),
    "unpaid": _l("Payment %(number)s marked as unpaid"),
    "already_unpaid": _l("Payment %(number)s was already unpaid"),
    "not_unpaid": _l("Payment %(number)s was not marked as unpaid. Bitrix24 shows it as paid."),
    "not_confirmed_unpaid": _l(
        "Bitrix24 did not confirm it: payment %(number)s is shown as paid now. "
        "Press Refresh in a moment before you try again."
    ),
    "delivery_reassigned": _l("Delivery reassigned"),
    "delivery_already": _l("The delivery was already linked to this document"),
    "delivery_not_confirmed": _l(
        "The delivery was not reassigned as asked. What you see now is current."
    ),
    "paid_other_amount": _l(
        "Payment %(number)s marked as paid. Its amount was changed by someone else meanwhile: "
        "check what you see now."
    ),
    "system_changed": _l("Payment system changed"),
    "system_not_changed": _l("The payment system was not changed. What you see now is current."),
    "payment_deleted": _l("Payment %(number)s deleted"),
    "payment_not_deleted": _l("Payment %(number)s was not deleted. What you see now is current."),
    "payment_created": _l("Payment %(number)s created"),
    "payment_created_empty": _l("Payment %(number)s created"),
    "payment_created_partly": _l(
        "Payment %(number)s was created, but without: %(names)s. Add them, or delete the payment."
    ),
    "rest_billed": _l("Payment %(number)s created with everything that was unbilled"),
    "rest_billed_but": _l(
        "Payment %(number)s created. Only whole quantities can be billed here, so a part is "
        "left of: %(names)s"
    ),
    "rest_not_billed": _l(
        "Nothing was billed: Bitrix24 did not take %(names)s, so the new payment was deleted again."
    ),
    "rest_partly": _l(
        "Payment %(number)s is only half done: %(names)s could not be added and it could not be "
        "deleted. Complete it or delete it."
    ),
    "item_added": _l("Item added"),
    "items_added": _l("Items added"),
    "items_not_added": _l("Nothing was added. What you see now is current."),
    "items_partly": _l("Not added: %(names)s. The other items were added."),
    "item_removed": _l("Item removed"),
    "item_not_removed": _l("The item was not removed. What you see now is current."),
    "quantity_saved": _l("Quantity saved"),
    "quantity_differs": _l(
        "Bitrix24 did not save this quantity; it shows %(stored)s now. What you see is current."
    ),
    "delivery_there": _l("This delivery was already in the payment"),
    "delivery_added": _l("Delivery added"),
    "delivery_not_added": _l("The delivery was not added. What you see now is current."),
    "delivery_removed": _l("Delivery removed"),
    "delivery_not_removed": _l("The delivery was not removed. What you see now is current."),
    "delivery_moved": _l("Delivery moved to payment %(other)s"),
    "delivery_not_moved": _l("The delivery was not moved. What you see now is current."),
    "delivery_twice": _l(
        "Delivery %(delivery)s may be in payments %(number)s and %(other)s now. "
        "Remove it from one of them."
    ),
    "abandoned": _l(
        "The first attempt was interrupted, and it is not known whether it was carried out. "
        "What you see now is current; check it before you try again."
    ),
}

BAD_INPUT = {
    "fraction": _l("Enter a whole number: Bitrix24 would cut the fraction."),
    "fraction_asks": _l(
        "This item has a fraction now, which cannot be saved from here. Change its quantity first."
    ),
    "quantity": _l("Enter a whole number from 1."),
    "too_many": _l("There is not that much left to bill."),
    "too_many_rows": _l("These are too many products at once. Choose fewer."),
    "nothing_chosen": _l("Choose at least one product."),
    "nothing_to_bill": _l("Everything that can be billed here is in a payment already."),
    "no_system": _l("This payment system is not available any more. Choose another one."),
    "same_payment": _l("The delivery is in this payment already."),
    "number": _l("A number was expected."),
    "no_key": _l("The page is out of date. Reload the card and try again."),
}

LOST = _l(
    "Bitrix24 did not answer, so it is not known whether this was carried out. "
    "Press Refresh and check before you try again."
)

REFUSED_WRITE = _l(
    "Nothing was changed: Bitrix24 does not let you do this. "
    "Ask the responsible person or an administrator."
)


def announced(announcement: Announcement) -> str:
    """The sentence for an outcome that `services.writes` recorded."""
    code = announcement.code
    if code in OUTCOMES:
        return str(OUTCOMES[code] % dict(announcement.values))
    return refused(code.removeprefix("error:"), announcement.values.get("code", ""))


def noticed(notice: Notice) -> str:
    """The sentence for a half-finished action that is still shown on the card."""
    return str(OUTCOMES[notice.code] % dict(notice.values))


def refused(class_name: str, code: str = "") -> str:
    """The sentence for a write that ended in an error of the tree."""
    if code in BAD_INPUT:
        return f"{_l('Not saved.')} {BAD_INPUT[code]}"
    kind: type[errors.AppError] = getattr(errors, class_name, errors.AppError)
    if issubclass(kind, errors.PortalSilentError):
        return str(LOST)
    if issubclass(kind, errors.RightsRefusedError):
        return str(REFUSED_WRITE)
    words = words_of(kind)
    return f"{words.title}. {words.text}"
