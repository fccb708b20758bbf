"""Choose the sentences about errors: what happened, what was not done, what to do now.

They depend on an error's class, never on its message or the portal's localized description.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from b24app import errors
from b24app.web.words.sentences import Place, Row, Words
from b24app.web.words.words_of_own_errors import OWN
from b24app.web.words.words_of_portal_errors import PORTAL
from b24app.web.words.words_of_refusals import REFUSALS

WORDS: Mapping[type[errors.AppError], Row] = {**OWN, **PORTAL, **REFUSALS}


def words_at(place: Place, kind: type[errors.AppError]) -> Words:
    """Return the words for an error in the place where they are read."""
    return next(words for row in _rows(kind) if (words := row.at(place)))


def of_write(kind: type[errors.AppError]) -> str:
    """Return the sentence for a write that ended in an error."""
    own = next((row.write for row in _rows(kind) if row.write), None)
    words = words_at(Place.CARD, kind)
    return str(own) if own else two_sentences(words.title, words.text)


def two_sentences(title: object, text: object) -> str:
    """Join a title and its explanation: not every language ends a sentence with a full stop."""
    return str(_("%(title)s. %(text)s", title=title, text=text))


def in_log(kind: type[errors.AppError]) -> str:
    """Return the reason for the activity log: no advice, because it is read afterwards."""
    own = next((row.log for row in _rows(kind) if row.log), None)
    return str(own or words_at(Place.CARD, kind).title)


def _rows(kind: type[errors.AppError]) -> Iterator[Row]:
    """Yield the rows from the class up to the root, which has one."""
    return (WORDS[ancestor] for ancestor in kind.__mro__ if ancestor in WORDS)


CANNOT_SHOW = _l("This cannot be shown")
"""Bad input of a request that saves nothing."""

INCOMPLETE_POST = Words(
    _l("This page could not be opened"),
    _l(
        "What Bitrix24 sent along was incomplete. Nothing was changed. Close this page and open it "
        "again. If it keeps failing, send the number below to support."
    ),
    action="",
)
"""For a malformed frame post, read inside Bitrix24."""

NOT_FOUND = {
    "filling_over": Words(
        _l("Nothing to go on with"),
        _l("This is finished already, or was given up. Press Refresh to see the present state."),
        action="refresh",
        icon="info",
    ),
}
"""What is no longer on this card, by its code."""
