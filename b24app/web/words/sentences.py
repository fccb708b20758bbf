"""Define the parts of a sentence about an error, and sentences that several errors share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString


class Place(StrEnum):
    """Where a sentence is shown. `CARD` is the tab of a card.

    Elsewhere there is no Refresh and no card to close: every sentence names the way out of its
    page.
    """

    CARD = "card"
    INSTALLER = "installer"
    APP_PAGE = "app_page"


@dataclass(frozen=True, slots=True)
class Words:
    """`action` is what the one button does: "retry", "refresh", "reopen" or nothing.

    Where the page shows what is no more, the same request would only fail again: "refresh".
    """

    title: LazyString
    text: LazyString
    action: str = "retry"
    tone: str = "warn"
    icon: str = "hourglass"


@dataclass(frozen=True, slots=True)
class Row:
    """What is said about an error in each place. Child classes use it unless they have their own.

    `elsewhere` is used where no card is open: in the installer and in the application's own pages;
    if it is missing, the card's words are used. `write` is the sentence after a write, `log` the
    reason in the activity log; if missing, they are made from the card's words.
    """

    card: Words | None = None
    elsewhere: Words | None = None
    installer: Words | None = None
    app_page: Words | None = None
    write: LazyString | None = None
    log: LazyString | None = None

    def at(self, place: Place) -> Words | None:
        """Return the words of a place, None if those of the parent class apply."""
        if place is Place.CARD:
            return self.card
        own = self.installer if place is Place.INSTALLER else self.app_page
        return own or self.elsewhere or self.card


TOO_LONG = Words(
    _l("This tab was open for too long"),
    _l("Nothing was changed. Close this card and open it again to continue."),
    action="reopen",
    icon="login",
)
MAYBE_SAVED = _l(
    "It may have been saved in Bitrix24. Close this card and open it again to see whether it was."
)
"""What is said where a write is sent again without a session: nobody looked up the first one."""

UNPROVEN = Words(
    _l("Bitrix24 did not confirm this session"),
    _l("Nothing was shown or changed. Close this card and open it again."),
    action="reopen",
    icon="login",
)
PAGE_TOO_LONG = Words(
    _l("This page was open for too long"),
    _l("Nothing was changed. Close this page and open it again to continue."),
    action="reopen",
    icon="login",
)
PAGE_UNPROVEN = Words(
    _l("Bitrix24 did not confirm this session"),
    _l("Nothing was shown or changed. Close this page and open it again."),
    action="reopen",
    icon="login",
)
NOT_INSTALLED = Words(
    _l("This app is not installed here"),
    _l("Nothing was changed. Ask a Bitrix24 administrator to install it again."),
    action="",
    icon="info",
)
