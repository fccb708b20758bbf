"""The sentences people read about outcomes: what happened, what was not done, what to do now.

Chosen from an error's class, never from its message or the portal's localized description.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from b24app import errors


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
        _l("Something that Bitrix24 normally sends is missing. Nothing was changed."),
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
    errors.HostUnusableError: Words(
        _l("This address cannot show apps"),
        _l(
            "The address of your Bitrix24 has a character, such as an underscore, that keeps "
            "browsers from showing apps. Nothing was changed. Ask an administrator for an address "
            "of letters, digits, hyphens and dots."
        ),
        action="",
        icon="info",
    ),
    errors.HostInsecureError: Words(
        _l("Your Bitrix24 has no secure connection"),
        _l(
            "Its address begins with http, so others could read what is sent. Nothing was changed. "
            "Ask an administrator to open Bitrix24 with https."
        ),
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
        _l("Not saved: a paid payment is locked. Mark it as unpaid to edit or delete it."),
        action="",
        icon="lock",
    ),
    errors.GoneError: Words(
        _l("Already deleted"),
        _l("Not saved: this payment was deleted in Bitrix24 by someone else."),
    ),
    errors.CardBusyError: Words(
        _l("Someone else is creating a payment"),
        _l(
            "Nothing was created, so that nothing is billed twice. Wait a moment, then press "
            "Refresh."
        ),
    ),
    errors.StillRunningError: Words(
        _l("Still working on it"),
        _l("Your first request is still being processed. Wait a moment, then press Refresh."),
    ),
    errors.KeyReusedError: Words(
        _l("Not saved"),
        _l("This form was already used for another change. Reload the card and try again."),
    ),
    errors.TooManyRequestsError: Words(
        _l("Too many attempts"),
        _l("Nothing was changed. Wait a minute and try again."),
    ),
    errors.DatabaseAwayError: Words(
        _l("Deal Payments is not available right now"),
        _l("Its database cannot be reached. Nothing was changed. Try again in a moment."),
    ),
    errors.UnrecordedError: Words(
        _l("It is not known yet whether this was saved"),
        _l(
            "Deal Payments cannot reach its database. It may have been saved in Bitrix24: wait a "
            "moment, then press Refresh before you try again."
        ),
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
        _l("It has been deleted, or you may not see it. Nothing was changed."),
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
    errors.NotSignedInError: Words(
        _l("Sign in to Bitrix24 first"),
        _l(
            "Nothing was changed. Bitrix24 does not know this account as one that has signed in. "
            "Sign in to Bitrix24 in a browser once, then open this page again; if that does not "
            "help, ask an administrator."
        ),
        action="",
        icon="login",
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
        _l(
            "It was deleted or is under maintenance. Nothing was changed. Try again later, "
            "or ask an administrator."
        ),
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


CANNOT_SHOW = _l("This cannot be shown")
"""Bad input of a request that would have saved nothing."""

INCOMPLETE_POST = Words(
    _l("This page could not be opened"),
    _l(
        "What Bitrix24 sent along was incomplete. Nothing was changed. Close this page and open it "
        "again. If it keeps failing, send the number below to support."
    ),
    action="",
)
"""For a malformed post of a frame: who reads it is inside Bitrix24."""

NO_LINK = _l("There is no link")
LINK_REFUSALS = {
    "no_shop": Words(
        NO_LINK,
        _l("This Bitrix24 has no shop site yet. An administrator can create one in Bitrix24."),
        action="",
        icon="info",
    ),
    "phone_not_confirmed": Words(
        NO_LINK,
        _l(
            "The phone of the shop site’s owner is not confirmed yet. "
            "An administrator can confirm it in Bitrix24."
        ),
        action="",
        icon="info",
    ),
    "unreadable_row": Words(
        _l("This payment cannot be read"),
        _l(
            "Bitrix24 sent data that cannot be read. Nothing was changed. "
            "Look at the payment in Bitrix24."
        ),
        action="",
    ),
    "no_page": Words(
        NO_LINK,
        _l(
            "Bitrix24 has no public page for this payment. It may be setting one up: try again in "
            "a minute. If it stays so, an administrator can check the shop site in Bitrix24."
        ),
        icon="info",
    ),
}
"""Why there is no public link, or no payment to make one of, by the refusal's code."""

NOT_FOUND = {
    "filling_over": Words(
        _l("Nothing to go on with"),
        _l("This is finished already, or was given up. Press Refresh to see the present state."),
        action="",
        icon="info",
    ),
}
"""What is not on this card any more, by its code."""
