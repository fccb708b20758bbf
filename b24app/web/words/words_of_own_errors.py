"""Hold sentences about our own errors and those of the authorization server.

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

OWN: Mapping[type[errors.AppError], Row] = {
    errors.AppError: Row(
        Words(
            _l("Something went wrong"),
            _l("We have noted it. Press Refresh to see the present state before you go on."),
            tone="err",
            icon="alert",
        ),
        installer=Words(
            _l("Something went wrong"),
            _l("We have noted it. Press Try again; what is already done is not repeated."),
            tone="err",
            icon="alert",
        ),
        app_page=Words(
            _l("Something went wrong"),
            _l("We have noted it. Open this page again to see the present state before you go on."),
            tone="err",
            icon="alert",
        ),
    ),
    errors.GrantError: Row(
        Words(
            _l("The authorization server did not answer"),
            _l("Nothing was changed. Try again in a moment."),
        ),
    ),
    errors.GrantLostError: Row(
        TOO_LONG,
        elsewhere=PAGE_TOO_LONG,
    ),
    errors.NotInstalledError: Row(
        NOT_INSTALLED,
    ),
    errors.InputError: Row(
        Words(
            _l("This cannot be saved"),
            _l("Nothing was changed. Check what you entered and try again."),
            action="",
        ),
    ),
    errors.MalformedRequestError: Row(
        Words(
            _l("Open this page from Bitrix24"),
            _l("Something that Bitrix24 normally sends is missing. Nothing was changed."),
            action="",
            icon="info",
        ),
    ),
    errors.UnknownPortalError: Row(
        NOT_INSTALLED,
        installer=Words(
            _l("The installation was interrupted"),
            _l("Nothing was changed. Start it again from the Bitrix24 marketplace."),
            action="",
            icon="info",
        ),
    ),
    errors.InstallationUnprovenError: Row(
        Words(
            _l("Installation not confirmed"),
            _l("Nothing was saved. Start the installation again from the Bitrix24 marketplace."),
            action="",
            icon="shield",
        ),
    ),
    errors.HostUnusableError: Row(
        Words(
            _l("This address cannot show apps"),
            _l(
                "The address of your Bitrix24 has a character, such as an underscore, that keeps "
                "browsers from showing apps. Nothing was changed. Ask an administrator for an "
                "address of letters, digits, hyphens and dots."
            ),
            action="",
            icon="info",
        ),
        installer=Words(
            _l("This address cannot show apps"),
            _l(
                "The address of your Bitrix24 has a character, such as an underscore, that keeps "
                "browsers from showing apps. Nothing was installed. Give it an address of letters, "
                "digits, hyphens and dots, then install Deal Payments again."
            ),
            action="",
            icon="info",
        ),
    ),
    errors.HostInsecureError: Row(
        Words(
            _l("Your Bitrix24 has no secure connection"),
            _l(
                "Its address begins with http, so others could read what is sent. Nothing was "
                "changed. Ask an administrator to open Bitrix24 with https."
            ),
            action="",
            icon="shield",
        ),
        installer=Words(
            _l("Your Bitrix24 has no secure connection"),
            _l(
                "Its address begins with http, so others could read what is sent. Nothing was "
                "installed. Open Bitrix24 with https, then install Deal Payments again."
            ),
            action="",
            icon="shield",
        ),
    ),
    errors.NotAdminError: Row(
        Words(
            _l("Only for administrators"),
            _l("Nothing was changed. Ask an administrator of your Bitrix24."),
            action="",
            icon="shield",
        ),
        installer=Words(
            _l("Only for administrators"),
            _l(
                "Nothing was changed. Ask an administrator of your Bitrix24 to install Deal "
                "Payments."
            ),
            action="",
            icon="shield",
        ),
    ),
    errors.RuleRefusedError: Row(
        Words(
            _l("Not allowed here"),
            _l(
                "Nothing was changed. An administrator of your Bitrix24 has limited who may do "
                "this."
            ),
            action="",
            icon="shield",
        ),
    ),
    errors.SessionError: Row(
        TOO_LONG,
        elsewhere=PAGE_TOO_LONG,
    ),
    errors.SessionForgedError: Row(
        UNPROVEN,
        elsewhere=PAGE_UNPROVEN,
    ),
    errors.UnprovenError: Row(
        UNPROVEN,
        elsewhere=PAGE_UNPROVEN,
    ),
    errors.NotOnThisCardError: Row(
        Words(
            _l("Not part of this card"),
            _l("Nothing was changed. Press Refresh to see the payments of this card."),
            action="refresh",
            icon="search",
        ),
        elsewhere=Words(
            _l("Not part of this page"),
            _l("Nothing was changed. Close this page and open it again."),
            action="",
            icon="search",
        ),
    ),
    errors.ChangedMeanwhileError: Row(
        Words(
            _l("Changed by someone else"),
            _l(
                "Not saved: it was changed in Bitrix24 by someone else. What you see now is "
                "current."
            ),
        ),
    ),
    errors.PaidLockedError: Row(
        Words(
            _l("This payment is paid"),
            _l("Not saved: a paid payment is locked. Mark it as unpaid to edit or delete it."),
            action="",
            icon="lock",
        ),
    ),
    errors.GoneError: Row(
        Words(
            _l("Already deleted"),
            _l("This payment was deleted in Bitrix24 by someone else."),
            action="refresh",
        ),
        write=_l(
            "Already deleted. Not saved: this payment was deleted in Bitrix24 by someone else."
        ),
    ),
    errors.CardBusyError: Row(
        Words(
            _l("Another change on this card is still under way"),
            _l(
                "Nothing was changed, so that nothing is billed twice. Wait a moment, then press "
                "Refresh."
            ),
        ),
    ),
    errors.StillRunningError: Row(
        Words(
            _l("Still working on it"),
            _l("Your first request is still being processed. Wait a moment, then press Refresh."),
        ),
        elsewhere=Words(
            _l("Still working on it"),
            _l("The settings are being saved at this moment. Wait a little, then press it again."),
        ),
    ),
    errors.KeyReusedError: Row(
        Words(
            _l("Not saved"),
            _l("This form was already used for another change. Reload the card and try again."),
        ),
        elsewhere=Words(
            _l("Not saved"),
            _l("This form was already used for another change. Press Discard, then make it again."),
            action="",
        ),
    ),
    errors.TooManyRequestsError: Row(
        Words(
            _l("Too many attempts"),
            _l("Nothing was changed. Wait a minute and try again."),
        ),
    ),
    errors.DatabaseAwayError: Row(
        Words(
            _l("Deal Payments is not available right now"),
            _l("Its database cannot be reached. Nothing was changed. Try again in a moment."),
        ),
        elsewhere=Words(
            _l("Deal Payments is not available right now"),
            _l(
                "Its database cannot be reached. Try again in a moment; what is already done is "
                "not repeated."
            ),
        ),
    ),
    errors.UnrecordedError: Row(
        Words(
            _l("It is not known yet whether this was saved"),
            _l(
                "Deal Payments cannot reach its database. It may have been saved in Bitrix24: wait "
                "a moment, then press Refresh before you try again."
            ),
        ),
        log=_l("The database could not be reached"),
    ),
}
