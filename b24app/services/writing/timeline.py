"""Tell in the card's timeline who marked payments, if the settings ask for it.

The portal's own entry names the order's creator, not the person who acted (quirk 70). What cannot
be told affects no payment. Writing is not idempotent, so a line whose answer is lost, or that may
have been written with its mark, is never sent again: none is better than two.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from b24app.bitrix.command import Command
from b24app.bitrix.methods import timeline
from b24app.bitrix.wire import batch
from b24app.domain import Payment, Told
from b24app.errors import (
    AppError,
    MethodMissingError,
    PortalBusyError,
    PortalSilentError,
    RightsRefusedError,
)
from b24app.services.auth.card_session import CardSession
from b24app.services.card import card_paths
from b24app.services.directories import timeline_lines
from b24app.services.directories.timeline_lines import Known, Last
from b24app.services.writing.riding import Fate, Passenger, Ride
from b24app.storage.session import Session

log = logging.getLogger(__name__)

SECONDS = 3.0
"""The payment is already changed; a line is not worth a long wait."""

ENDINGS: tuple[tuple[type[AppError], Last], ...] = (
    (RightsRefusedError, Last.NO_RIGHTS),
    (PortalBusyError, Last.BUSY),
    (PortalSilentError, Last.SILENT),
)


@dataclass(frozen=True, slots=True)
class Line:
    """What is written. `icon` is a code of the portal's own."""

    title: str
    text: str
    icon: str


Words = Callable[[Sequence[Told], str, str], Line]
"""Makes a line of the payments it tells of, the name of who marked them, and their note."""


class Teller:
    """Tells of the marks of one request. Make it for each.

    `recall` spares it a transaction of its own for what is known of the portal.
    """

    def __init__(self, card: CardSession, words: Words, note: str) -> None:
        self._card, self._words, self._note = card, words, note

    @cached_property
    def _known(self) -> Known:
        with self._card.db.reading() as session:
            return self._load(session)

    def _load(self, session: Session) -> Known:
        return timeline_lines.load(session, self._card.member_id, self._card.clock())

    def recall(self, session: Session) -> None:
        """Read what is known of the portal, in a transaction that is open anyway."""
        self._known = self._load(session)

    def passenger(self, told: Told | None) -> Passenger | None:
        """Return what travels with the mark of one payment; None if nothing can.

        `told` is what the line would say of it, as far as that is known before the mark.
        """
        if self._card.api.refuses_batch or self._known.stops is False:
            return None
        if self._known.stops is None:
            return Passenger(None, None)
        line = self._command([told], self._known) if told is not None else None
        return Passenger(line, told) if line is not None and batch.arrives_whole(line) else None

    def after(self, marked: Payment | None, ride: Ride) -> None:
        """Tell of a mark that was really made, unless that has been done with it.

        `marked` is the payment as it is listed now, None if the mark was not made.
        """
        is_done = marked is not None
        known = self._known if ride.stops is None else replace(self._known, stops=ride.stops)
        if ride.fate is Fate.WRITTEN:
            stops = known.stops if is_done else False
            known = replace(self._ended(known, _written(known)), stops=stops)
        elif ride.fate is Fate.REFUSED and ride.error is not None:
            known = self._refused(known, ride.error)
        is_untold = ride.fate is Fate.NOT_SENT or isinstance(ride.error, MethodMissingError)
        if marked is not None and is_untold:
            known = self._send([Told(marked.number, marked.sum, marked.id)], known)
        self._remember(known)

    def tell(self, told: Sequence[Told]) -> None:
        """Tell of marks that were really made, in one line. At most two calls. Never fails."""
        if not told:
            return
        try:
            self._remember(self._send(told, self._known))
        except AppError as error:
            # Our database is away: the marks are made all the same.
            log.warning("the timeline was not told: %s", error)

    def _send(self, told: Sequence[Told], known: Known) -> Known:
        """Send a line, or the comment that replaces it; return what was learned."""
        try:
            self._card.api.call(self._command(told, known), SECONDS)
        except MethodMissingError as error:
            now_known = self._refused(known, error)
            return now_known if known.lacks_lines else self._send(told, now_known)
        except AppError as error:
            return self._refused(known, error)
        return self._ended(known, _written(known))

    def _refused(self, known: Known, error: AppError) -> Known:
        log.warning("no line in the timeline: %s", error)
        if isinstance(error, MethodMissingError) and not known.lacks_lines:
            return replace(known, lacks_lines=True)
        last = next((last for kind, last in ENDINGS if isinstance(error, kind)), Last.FAILED)
        return self._ended(known, last)

    def _ended(self, known: Known, last: Last) -> Known:
        return replace(known, last=last, at=self._card.clock())

    def _command(self, told: Sequence[Told], known: Known) -> Command[Any]:
        line = self._words(told, self._card.user_name, self._note)
        if known.lacks_lines:
            text = f"{line.title}\n{line.text}"
            return timeline.comment(self._card.ref, text, self._path_of(told))
        return timeline.log_message(self._card.ref, line.title, line.text, line.icon)

    def _path_of(self, told: Sequence[Told]) -> str:
        """Return where a comment about one payment leads; lines have no links (e.23)."""
        is_one = len(told) == 1 and told[0].payment_id > 0
        return card_paths.link_to(self._card, told[0].payment_id) if is_one else ""

    def _remember(self, known: Known) -> None:
        news = known.after(self._known)
        if news is None:
            return
        card = self._card
        try:
            with card.db.transaction() as session:
                timeline_lines.save(session, card.member_id, news, card.clock())
        except AppError as error:
            log.warning("not remembered how the timeline was told: %s", error)


def teller(card: CardSession, words: Words, note: str) -> Teller | None:
    """Return who tells of the marks of this request, None if the settings do not ask for it."""
    return Teller(card, words, note) if card.rules.comment_in_timeline else None


def _written(known: Known) -> Last:
    return Last.COMMENT if known.lacks_lines else Last.LINE
