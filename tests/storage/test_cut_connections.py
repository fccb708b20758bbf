"""A connection that is cut as its transaction begins: the database is away."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from b24app.storage import engines
from b24app.storage.server_clock import ServerClock

NOW = datetime(2026, 3, 14, tzinfo=UTC)


@pytest.mark.parametrize("kind", [psycopg.OperationalError, psycopg.InterfaceError])
def test_a_connection_cut_as_a_transaction_begins_is_given_up_and_named(kind):
    given_up = []

    def cut(_text):
        raise kind("server closed the connection unexpectedly")

    connection: Any = SimpleNamespace(
        get_execution_options=dict,
        connection=SimpleNamespace(driver_connection=SimpleNamespace(execute=cut)),
        invalidate=given_up.append,
    )

    with pytest.raises(OperationalError) as raised:
        engines._begin_postgresql(ServerClock(lambda: NOW), connection)

    assert isinstance(raised.value.orig, kind)
    assert len(given_up) == 1
