"""Hold sentences about what the portal answered, or what happened on the way to it.

A row for each class, a column for each place.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from b24app import errors
from b24app.web.words.sentences import (
    NOT_INSTALLED,
    PAGE_TOO_LONG,
    PAGE_UNPROVEN,
    TOO_LONG,
    UNPROVEN,
    Row,
    Words,
)

BUSY = Words(
    _l("Bitrix24 is busy"),
    _l("Nothing was changed. Try again in a moment."),
)
SILENT = Words(
    _l("Bitrix24 did not answer"),
    _l("Try again in a moment."),
)
NO_RIGHTS = Words(
    _l("You can’t see payments here"),
    _l(
        "Your Bitrix24 role doesn’t include payments of this card. Ask an administrator for access."
    ),
    action="",
    icon="shield",
)
UNCONFIRMED = Words(
    _l("An administrator has to confirm this"),
    _l(
        "Nothing was changed: Bitrix24 lets Deal Payments do this only after an administrator has "
        "confirmed it there. Ask one to do so, then try again."
    ),
    icon="shield",
)
PAGE_MOVED = Words(
    _l("Your Bitrix24 has a new address"),
    _l("Close this page and open it again from the new address."),
    action="reopen",
)
MAY_BE_RIGHTS = _l(
    "Bitrix24 refused this, and nothing was changed. Either your rights do not allow it, or it was "
    "changed in Bitrix24 in the meantime. Press Refresh to see the present state."
)
LOST = _l(
    "Bitrix24 did not answer, so it is not known whether this was carried out. "
    "Press Refresh and check before you try again."
)
REFUSED_WRITE = _l(
    "Nothing was changed: Bitrix24 does not let you do this. "
    "Ask the responsible person or an administrator."
)
UNSURE = _l("Bitrix24 did not answer, so it is not known whether it was carried out")

PORTAL: Mapping[type[errors.AppError], Row] = {
    errors.PortalBusyError: Row(
        BUSY,
        installer=Words(
            _l("Bitrix24 is busy"),
            _l("This step was not completed. Wait a moment, then press Try again."),
        ),
    ),
    errors.PortalPausedError: Row(
        Words(
            _l("Bitrix24 is busy"),
            _l(
                "Nothing was changed. This app has used up its time in your Bitrix24. "
                "Try again in ten minutes."
            ),
        ),
    ),
    errors.PortalOverloadedError: Row(
        Words(
            _l("Apps are blocked in your Bitrix24"),
            _l(
                "Nothing was changed. They were blocked because of overload, and only Bitrix24’s "
                "support can unblock them. Ask an administrator to contact it."
            ),
            action="",
            icon="info",
        ),
    ),
    errors.PortalSilentError: Row(
        SILENT,
        installer=Words(
            _l("Bitrix24 did not answer"),
            _l(
                "It is not known whether this step was completed. Press Try again; what is already "
                "done is not repeated."
            ),
        ),
        write=LOST,
        log=UNSURE,
    ),
    errors.LedElsewhereError: Row(
        Words(
            _l("Bitrix24 did not let the app in"),
            _l(
                "Instead of answering, it leads to another page, for example to sign in. Try again "
                "in a moment. If it stays so, tell an administrator: apps have to reach /rest/ "
                "without signing in."
            ),
            icon="shield",
        ),
    ),
    errors.NoConnectionError: Row(
        Words(
            _l("Bitrix24 cannot be reached"),
            _l("Nothing was changed. Check that your Bitrix24 works, then try again."),
            tone="err",
            icon="nowifi",
        ),
    ),
    errors.TokenExpiredError: Row(
        TOO_LONG,
        elsewhere=PAGE_TOO_LONG,
    ),
    errors.TokenRejectedError: Row(
        UNPROVEN,
        elsewhere=PAGE_UNPROVEN,
    ),
    errors.RightsRefusedError: Row(
        NO_RIGHTS,
        elsewhere=Words(
            _l("Only for administrators"),
            _l("Nothing was changed. Ask an administrator of your Bitrix24."),
            action="",
            icon="shield",
        ),
        installer=Words(
            _l("Only for administrators"),
            _l("Bitrix24 refused this step. If you are an administrator, press Try again."),
            icon="shield",
        ),
        write=REFUSED_WRITE,
        log=_l("Bitrix24 does not let this person do it"),
    ),
    errors.MethodUnconfirmedError: Row(
        UNCONFIRMED,
        write=UNCONFIRMED.text,
        log=UNCONFIRMED.title,
    ),
    errors.NotFoundError: Row(
        Words(
            _l("Not found in Bitrix24"),
            _l("It has been deleted, or you may not see it. Nothing was changed."),
        ),
    ),
    errors.BusinessRefusalError: Row(
        Words(
            _l("Bitrix24 refused this"),
            _l("Nothing was changed. Press Refresh to see the present state."),
        ),
        installer=Words(
            _l("Bitrix24 refused this step"),
            _l("It was not completed. Press Try again; what is already done is not repeated."),
        ),
        app_page=Words(
            _l("Bitrix24 refused this"),
            _l("Nothing was changed. Try again; if it keeps failing, look at the diagnostics."),
        ),
    ),
    errors.UnexplainedRefusalError: Row(
        write=MAY_BE_RIGHTS,
        log=_l("Bitrix24 refused it without a reason"),
    ),
    errors.UserBlockedError: Row(
        Words(
            _l("You may not use this app"),
            _l("Nothing was changed. An administrator decides who may use Deal Payments."),
            action="",
            icon="shield",
        ),
    ),
    errors.NotSignedInError: Row(
        Words(
            _l("Sign in to Bitrix24 first"),
            _l(
                "Nothing was changed. Bitrix24 does not know this account as one that has signed "
                "in. Sign in to Bitrix24 in a browser once, then open this page again; if that "
                "does not help, ask an administrator."
            ),
            action="",
            icon="login",
        ),
    ),
    errors.AppUninstalledError: Row(
        NOT_INSTALLED,
        installer=Words(
            _l("The installation was interrupted"),
            _l("Nothing was changed. Start it again from the Bitrix24 marketplace."),
            action="",
            icon="info",
        ),
    ),
    errors.SubscriptionEndedError: Row(
        Words(
            _l("The subscription has ended"),
            _l("Nothing was changed. An administrator can renew Deal Payments in the marketplace."),
            action="",
            icon="info",
        ),
        installer=Words(
            _l("The subscription has ended"),
            _l(
                "This step was not completed. Renew Deal Payments in the marketplace, then try "
                "again."
            ),
            icon="info",
        ),
    ),
    errors.PlanWithoutRestError: Row(
        Words(
            _l("Your Bitrix24 plan does not allow apps"),
            _l("Nothing was changed. Apps need a commercial plan; ask an administrator."),
            action="",
            icon="info",
        ),
    ),
    errors.PortalClosedError: Row(
        Words(
            _l("Your Bitrix24 is closed at the moment"),
            _l(
                "It was deleted or is under maintenance. Nothing was changed. Try again later, "
                "or ask an administrator."
            ),
        ),
    ),
    errors.PortalMovedError: Row(
        Words(
            _l("Your Bitrix24 has a new address"),
            _l("Close this card and open it again from the new address."),
            action="reopen",
        ),
        elsewhere=PAGE_MOVED,
        write=_l(
            "Your Bitrix24 has a new address. Close this card and open it again from the new "
            "address to see whether this was carried out."
        ),
    ),
    errors.ScopeMissingError: Row(
        Words(
            _l("A permission is missing"),
            _l("Nothing was changed. An administrator has to install Deal Payments again."),
            action="",
            icon="shield",
        ),
        installer=Words(
            _l("A permission is missing"),
            _l(
                "This step was not completed: the app was given fewer permissions than it needs. "
                "Uninstall it in the marketplace and install it again."
            ),
            action="",
            icon="shield",
        ),
    ),
    errors.MethodMissingError: Row(
        Words(
            _l("Your Bitrix24 is too old for this"),
            _l("Nothing was changed. Ask an administrator to update the sale and CRM modules."),
            action="",
            icon="info",
        ),
    ),
}
