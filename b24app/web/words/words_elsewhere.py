"""The same sentences where no card is open: the installer, the settings, a page in a browser.

There is no Refresh there and no card to close: every sentence names the way out that its page has.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from b24app import errors
from b24app.web.words.words import WORDS, Words


class Place(StrEnum):
    """Where something is said. `CARD` is the tab of a card."""

    CARD = "card"
    INSTALLER = "installer"
    APP_PAGE = "app_page"


TOO_LONG = Words(
    _l("This page was open for too long"),
    _l("Nothing was changed. Close this page and open it again to continue."),
    action="reopen",
    icon="login",
)
UNPROVEN = Words(
    _l("Bitrix24 did not confirm this session"),
    _l("Nothing was shown or changed. Close this page and open it again."),
    action="reopen",
    icon="login",
)
MOVED = Words(
    _l("Your Bitrix24 has a new address"),
    _l("Close this page and open it again from the new address."),
    action="reopen",
)

BOTH: Mapping[type[errors.AppError], Words] = {
    errors.SessionError: TOO_LONG,
    errors.TokenExpiredError: TOO_LONG,
    errors.GrantLostError: TOO_LONG,
    errors.SessionForgedError: UNPROVEN,
    errors.UnprovenError: UNPROVEN,
    errors.TokenRejectedError: UNPROVEN,
    errors.PortalMovedError: MOVED,
    errors.NotOnThisCardError: Words(
        _l("Not part of this page"),
        _l("Nothing was changed. Close this page and open it again."),
        action="",
        icon="search",
    ),
    errors.StillRunningError: Words(
        _l("Still working on it"),
        _l("The settings are being saved at this moment. Wait a little, then press it again."),
    ),
    errors.KeyReusedError: Words(
        _l("Not saved"),
        _l("This form was already used for another change. Press Discard, then make it again."),
        action="",
    ),
    errors.RightsRefusedError: Words(
        _l("Only for administrators"),
        _l("Nothing was changed. Ask an administrator of your Bitrix24."),
        action="",
        icon="shield",
    ),
    errors.DatabaseAwayError: Words(
        _l("Deal Payments is not available right now"),
        _l(
            "Its database cannot be reached. Try again in a moment; what is already done is not "
            "repeated."
        ),
    ),
}

INSTALLER: Mapping[type[errors.AppError], Words] = {
    **BOTH,
    errors.HostUnusableError: Words(
        _l("This address cannot show apps"),
        _l(
            "The address of your Bitrix24 has a character, such as an underscore, that keeps "
            "browsers from showing apps. Nothing was installed. Give it an address of letters, "
            "digits, hyphens and dots, then install Deal Payments again."
        ),
        action="",
        icon="info",
    ),
    errors.HostInsecureError: Words(
        _l("Your Bitrix24 has no secure connection"),
        _l(
            "Its address begins with http, so others could read what is sent. Nothing was "
            "installed. Open Bitrix24 with https, then install Deal Payments again."
        ),
        action="",
        icon="shield",
    ),
    errors.NotAdminError: Words(
        _l("Only for administrators"),
        _l("Nothing was changed. Ask an administrator of your Bitrix24 to install Deal Payments."),
        action="",
        icon="shield",
    ),
    errors.RightsRefusedError: Words(
        _l("Only for administrators"),
        _l("Bitrix24 refused this step. If you are an administrator, press Try again."),
        icon="shield",
    ),
    errors.BusinessRefusalError: Words(
        _l("Bitrix24 refused this step"),
        _l("It was not completed. Press Try again; what is already done is not repeated."),
    ),
    errors.PortalBusyError: Words(
        _l("Bitrix24 is busy"),
        _l("This step was not completed. Wait a moment, then press Try again."),
    ),
    errors.PortalSilentError: Words(
        _l("Bitrix24 did not answer"),
        _l(
            "It is not known whether this step was completed. Press Try again; what is already "
            "done is not repeated."
        ),
    ),
    errors.ScopeMissingError: Words(
        _l("A permission is missing"),
        _l(
            "This step was not completed: the app was given fewer permissions than it needs. "
            "Uninstall it in the marketplace and install it again."
        ),
        action="",
        icon="shield",
    ),
    errors.UnknownPortalError: Words(
        _l("The installation was interrupted"),
        _l("Nothing was changed. Start it again from the Bitrix24 marketplace."),
        action="",
        icon="info",
    ),
    errors.AppUninstalledError: Words(
        _l("The installation was interrupted"),
        _l("Nothing was changed. Start it again from the Bitrix24 marketplace."),
        action="",
        icon="info",
    ),
    errors.SubscriptionEndedError: Words(
        _l("The subscription has ended"),
        _l("This step was not completed. Renew Deal Payments in the marketplace, then try again."),
        icon="info",
    ),
    errors.AppError: Words(
        _l("Something went wrong"),
        _l("We have noted it. Press Try again; what is already done is not repeated."),
        tone="err",
        icon="alert",
    ),
}

APP_PAGE: Mapping[type[errors.AppError], Words] = {
    **BOTH,
    errors.BusinessRefusalError: Words(
        _l("Bitrix24 refused this"),
        _l("Nothing was changed. Try again; if it keeps failing, look at the diagnostics."),
    ),
    errors.AppError: Words(
        _l("Something went wrong"),
        _l("We have noted it. Open this page again to see the present state before you go on."),
        tone="err",
        icon="alert",
    ),
}

INSTEAD: Mapping[Place, Mapping[type[errors.AppError], Words]] = {
    Place.CARD: {},
    Place.INSTALLER: INSTALLER,
    Place.APP_PAGE: APP_PAGE,
}


def words_at(place: Place, kind: type[errors.AppError]) -> Words:
    """The words of the nearest class up the tree; the place's own come first."""
    for ancestor in kind.__mro__:
        for words in (INSTEAD[place], WORDS):
            if ancestor in words:
                return words[ancestor]
    return WORDS[errors.AppError]
