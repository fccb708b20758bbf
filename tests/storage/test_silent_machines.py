"""A machine that is suddenly gone, or cut off, says nothing: how long the others wait for it."""

from __future__ import annotations

import os
import re
import socket
import time
from contextlib import closing

import pytest
from sqlalchemy import text

from b24app.errors import DatabaseAwayError
from b24app.storage import engines
from b24app.storage.session import Database
from tools.attack.proxy import SHIPPED

from .everything import fill
from .setting import MEMBER

LOCK = text("SELECT 1 FROM portals WHERE member_id = :member FOR UPDATE")


@pytest.fixture
def server(postgres_databases, cipher, now):
    """The address of a database with one portal."""
    url = postgres_databases.clean()
    with closing(Database(url)) as database:
        fill(database.of_all(), cipher, MEMBER, now)
    return url


@pytest.fixture
def database(server):
    with closing(Database(server)) as made:
        yield made


def test_a_server_that_is_cut_off_is_given_up_within_seconds(database):
    with database.reading() as session:
        driver = session.connection().connection.driver_connection
        with closing(socket.socket(fileno=os.dup(driver.fileno()))) as wire:
            if wire.family == socket.AF_UNIX:
                pytest.skip("the server of the tests is reached without a network")
            unsent = wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
            idle, interval, count = (
                wire.getsockopt(socket.IPPROTO_TCP, option)
                for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
            )

    assert unsent <= 10_000
    assert idle + interval * count <= 15


def test_a_transaction_that_nobody_goes_on_with_holds_no_row_from_the_others(
    server, database, monkeypatch
):
    monkeypatch.setattr(engines, "ABANDONED_MILLISECONDS", 300)
    gone, other = database.of(MEMBER), Database(server)
    try:
        with pytest.raises(DatabaseAwayError), gone.transaction() as left:  # noqa: PT012 - in time.
            left.execute(LOCK, {"member": MEMBER})
            started = time.monotonic()
            with other.of(MEMBER).transaction() as session:
                session.execute(text("SET LOCAL lock_timeout = '5s'"))
                assert session.scalar(LOCK, {"member": MEMBER}) == 1
            assert time.monotonic() - started < 5
            left.execute(LOCK, {"member": MEMBER})
        # The next one finds a connection that lives.
        with gone.reading() as session:
            assert session.scalar(text("SELECT 1")) == 1
    finally:
        other.close()


def test_who_waits_for_the_rows_of_a_machine_that_is_gone_answers_before_the_proxy_gives_up():
    (proxy,) = re.findall(r"proxy_read_timeout (\d+)s;", SHIPPED.read_text())
    turn = 6
    """Seconds that a write may have waited for its turn before."""

    assert engines.ABANDONED_MILLISECONDS / 1000 + turn < int(proxy) - 5
