"""What a portal can have remembered that lists others at every refresh: no more than a bound."""

from __future__ import annotations

from datetime import timedelta

from b24app.domain import PortalUser
from b24app.storage import card_memory, launches

ANN = PortalUser(7, "Ann Example", is_admin=False)
ROUNDS, ROWS = 12, 1_000


def listed_in(turn):
    return range(turn * ROWS + 1, (turn + 1) * ROWS + 1)


def test_an_opening_remembers_the_newest_payments_that_it_was_shown(database, portal, now, deal):
    with database.transaction() as session:
        launches.save(
            session,
            launch_id="launch-1",
            member_id=portal,
            user=ANN,
            ref=deal,
            expires_at=now + timedelta(minutes=30),
        )
    # The oldest are listed last.
    for turn in [*range(1, ROUNDS), 0]:
        with database.transaction() as session:
            launches.note_listed(session, portal, "launch-1", listed_in(turn), now)

    with database.reading() as session:
        found = launches.find(session, portal, "launch-1")
        assert found.listed == list(listed_in(0))
        newest = range(ROUNDS * ROWS - launches.MOST_SHOWN + 1, ROUNDS * ROWS + 1)
        assert found.shown == [*listed_in(0), *newest]


def test_a_card_remembers_the_newest_payments_that_its_lists_lack(database, portal, now, deal):
    for turn in [*range(1, ROUNDS), 0]:
        with database.transaction() as session:
            card_memory.save_known_payments(
                session, portal, deal, listed_in(turn), now, is_whole=False
            )

    with database.reading() as session:
        known = card_memory.first_sights(session, portal, deal)
    newest = range(ROUNDS * ROWS - card_memory.MOST_GONE + 1, ROUNDS * ROWS + 1)
    assert set(known) == {*listed_in(0), *newest}
