"""Read the product rows of a card, page by page, and find out whether there are more.

A full page with `next`, or without a total, means that there may be more: on some portals the total
stops at 50, and others send none (decisions 40).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from b24app.bitrix.methods import crm
from b24app.bitrix.wire.answers import ROWS_PER_PAGE
from b24app.bitrix.wire.portal_api import Batch, BatchResult, Handle
from b24app.domain import EntityRef, ListedRow, Listing
from b24app.errors import PortalError

MOST = 1000
"""Twenty pages beside the card fill one batch."""

GUESS = 4
"""If the portal sends no total, this many times the rows already read are asked for."""

Pages = tuple[Handle[Listing[ListedRow]], ...]
"""The handles of the pages in a batch."""


@dataclass(frozen=True, slots=True)
class ReadRows:
    """The rows read so far. `total`: how many there are, as far as known.

    `has_more`: there may be further pages that were not asked for. `is_whole`: a row that is not
    here is not on the card either.
    """

    by_id: Mapping[int, ListedRow]
    total: int
    has_more: bool
    is_whole: bool

    def next_total(self, asked: int) -> int:
        """Return how many rows the next reading asks for, after one that asked for `asked`."""
        guess = self.total if self.total > asked else GUESS * max(asked, ROWS_PER_PAGE)
        return min(guess, MOST)


def ask(batch: Batch, ref: EntityRef, total: int = 0) -> Pages:
    """Ask for as many pages as hold `total` rows, at least one: one command per page of 50."""
    starts = (page * ROWS_PER_PAGE for page in range(pages(total)))
    return tuple(batch.add(crm.list_product_rows(ref, start=start)) for start in starts)


def pages(total: int) -> int:
    """Return how many pages `ask` asks for."""
    return len(range(0, max(ROWS_PER_PAGE, min(total, MOST)), ROWS_PER_PAGE))


def take(result: BatchResult, pages: Pages, *, are_needed: bool = False) -> ReadRows:
    """Read the pages that `ask` asked for.

    Usually rows only add names, so a refused page is tolerated: then the rows are not whole.
    Raises the portal's error if they `are_needed`.
    """
    found: dict[int, ListedRow] = {}
    is_whole, has_more, known = True, False, 0
    for handle in pages:
        try:
            rows = result[handle]
        except PortalError:
            if are_needed:
                raise
            is_whole = has_more = False
            continue
        found.update((row.id, row) for row in rows)
        is_whole = is_whole and not rows.unread
        came = len(rows) + len(rows.unread) + rows.repeated
        has_more = result.goes_on(handle, came)
        known = result.total(handle) or 0
    return ReadRows(
        found,
        total=max(known, len(found) + 1) if has_more else len(found),
        has_more=has_more,
        is_whole=is_whole and not has_more and len(found) >= known,
    )
