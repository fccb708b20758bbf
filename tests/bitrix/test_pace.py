"""How long a portal takes for a write, from what it has answered."""

from __future__ import annotations

import pytest

from b24app.bitrix.methods import payments, timeline
from b24app.bitrix.wire.pace import (
    MOST_SECONDS,
    READS_FOR_A_WRITE,
    REMEMBERED_PORTALS,
    Load,
    Pace,
)
from b24app.domain import EntityRef

DEAL = EntityRef(2, 8061)
READS = Load(8, 0, 0)
PORTAL = "member"


@pytest.fixture
def pace():
    return Pace()


def test_commands_are_counted_by_what_they_do():
    commands = [
        payments.list_payments(DEAL),
        payments.pay(1038),
        timeline.log_message(DEAL, "title", "text"),
    ]

    assert Load.of(commands) == Load(1, 1, 1)


def test_nothing_is_known_at_first(pace):
    assert pace.seconds_of_write(PORTAL) == 0


def test_before_the_first_write_one_lasts_as_long_as_eight_reads(pace):
    pace.note(PORTAL, 1.0, READS)

    assert pace.seconds_of_write(PORTAL) == pytest.approx(READS_FOR_A_WRITE / 10)
    assert pace.seconds_of_write("another") == 0


def test_a_write_is_what_the_reads_beside_it_leave(pace):
    pace.note(PORTAL, 1.0, READS)
    pace.note(PORTAL, 4.0, Load(8, 5, 0))

    assert pace.seconds_of_write(PORTAL) == pytest.approx(0.6)


def test_slowness_is_believed_at_once_and_speed_bit_by_bit(pace):
    for seconds in (0.1, 0.9, 0.1):
        pace.note(PORTAL, seconds, Load(0, 1, 0))

    assert pace.seconds_of_write(PORTAL) == pytest.approx(0.5)


def test_trouble_is_soon_forgotten(pace):
    pace.note(PORTAL, 60.0, READS)
    assert pace.seconds_of_write(PORTAL) == MOST_SECONDS
    pace.note(PORTAL, 600.0, Load(0, 1, 0))
    for _ in range(5):
        pace.note(PORTAL, 0.0, Load(0, 1, 0))

    assert pace.seconds_of_write(PORTAL) < 0.1


def test_other_writes_say_nothing_of_payments(pace):
    pace.note(PORTAL, 60.0, Load(0, 1, 1))

    assert pace.seconds_of_write(PORTAL) == 0


def test_so_many_portals_are_remembered_and_no_more(pace):
    for number in range(REMEMBERED_PORTALS + 1):
        pace.note(str(number), 1.0, READS)

    assert pace.seconds_of_write("0") == 0
    assert pace.seconds_of_write("1") > 0
