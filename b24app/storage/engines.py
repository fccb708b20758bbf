"""Connect to SQLite or PostgreSQL, and begin transactions that see one portal.

On PostgreSQL every transaction begins with a setting that row level security (migration 0012)
compares with `member_id`, for reading and writing, whatever the statements say. It goes to the
server in one message with BEGIN, so it costs no round trip, and ends with the transaction, so that
nothing of it stays in a connection that others use next. The same message asks for the server's
time (`server_clock`). The tables' owner is bound as well; a superuser and a role with BYPASSRLS are
not. SQLite has no such thing: there the queries alone keep portals apart.
"""

from __future__ import annotations

import re
import sqlite3
import warnings
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo, timeout_from_conninfo
from psycopg.pq import PGconn
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.engine import Connection, ExceptionContext
from sqlalchemy.exc import ArgumentError, OperationalError, SAWarning

from b24app import texts

from .server_clock import ServerClock

READ_ONLY = "b24app_read_only"
SCOPE = "b24app_scope"
"""The option that says which portal a transaction sees."""

NO_PORTAL = ""
ALL_PORTALS = object()
"""Not None: what forgets to say a portal must not see all."""

PORTAL_SETTING = "app.member_id"
ALL_SETTING = "app.all_portals"

READING, WRITING = "PRAGMA query_only = ON", "PRAGMA query_only = OFF"
BUSY_MILLISECONDS = 10_000
WAYS = {
    "connect_timeout": "5",
    "keepalives_idle": "5",
    "keepalives_interval": "3",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
"""How long a server on another machine may say nothing: not 15 minutes, as the system would wait.

A server that works on a long statement still acknowledges what it is sent.
"""

ENCODING = {"client_encoding": "utf8"}
"""Whatever the server's is: of a database without one, SQL_ASCII, all text would come as bytes."""

ABANDONED_MILLISECONDS = 15_000
"""When the server ends a transaction whose process says nothing, and with it the locks on rows.

Of a machine that is suddenly gone it hears nothing for two hours; the others would wait for it. Who
waits has to answer before the proxy gives up their own machine, too (30 s in deploy/nginx.conf).
"""
WHOLE_NUMBERS = {
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_count",
    "tcp_user_timeout",
}
"""Options that libpq reads when it has reached a server."""

NOWHERE = "/dev/null/none"
NOT_CHECKED = {"password", "hostaddr", "service"}
"""What says nothing by itself, or would lead to a server."""

OF_VALUES = ("invalid ", "could not match ")
POSTGRES_DRIVER = "postgresql+psycopg"
TAKES_NO_WRITES = "25006"
"""PostgreSQL's word of a server, or a transaction, that only reads."""

POSTGRES_NAMES = {"postgres", "postgresql"}
SQLITE_NAMES = {"sqlite", "sqlite+pysqlite"}
PLAIN = {"postgresql": POSTGRES_DRIVER, "sqlite": "sqlite"}
"""The one driver of each engine, whose ways this module knows."""


def driver_url(text_url: str) -> URL:
    """Return the URL with our driver. Raises ValueError for what is not supported."""
    try:
        url = make_url(text_url)
    except (ArgumentError, ValueError):
        # Its text repeats the configured URL, which may hold a password.
        raise ValueError("it is no SQLAlchemy URL such as postgresql://user@host/name") from None
    if url.drivername in POSTGRES_NAMES:
        url = url.set(drivername=POSTGRES_DRIVER)
    if url.drivername in SQLITE_NAMES:
        url = url.set(drivername="sqlite")
    if url.get_backend_name() in PLAIN and url.drivername not in PLAIN.values():
        raise ValueError(f"{url.drivername} is not supported: write {url.get_backend_name()}://")
    if url.get_backend_name() == "postgresql":
        url = url.update_query_dict({**WAYS, **url.query, **ENCODING})
        _require_known(url)
        return url
    if url.get_backend_name() != "sqlite":
        raise ValueError(f"{url.get_backend_name()} is not supported: use SQLite or PostgreSQL")
    if url.database in {None, "", ":memory:"}:
        raise ValueError("SQLite in memory would be another database in every thread: use a file")
    _require_options(url)
    Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    return url


def _require_known(url: URL) -> None:
    """Raise ValueError for what no connection could be made with, before one is needed.

    The driver would tell it with each request, as a mistake in our code.
    """
    try:
        _, parameters = url.get_dialect()().create_connect_args(url)
    except ArgumentError:
        # Its text repeats what was given.
        raise ValueError("hosts and ports: write ?host=one:5432&host=other:5433") from None
    for name, value in parameters.items():
        if not isinstance(value, str | int):
            raise ValueError(f"{name} is given twice")  # noqa: TRY004 - of a URL.
    try:
        timeout_from_conninfo(conninfo_to_dict(make_conninfo(**parameters)))
    except psycopg.ProgrammingError as error:
        # It names the parameter, and of values only that of `connect_timeout`.
        raise ValueError(str(error).strip()) from None
    for name in WHOLE_NUMBERS & parameters.keys():
        if not re.fullmatch(r"\s*[+-]?\d{1,9}\s*", str(parameters[name])):
            raise ValueError(f"invalid {name} value")
    _require_values(parameters)


def _require_values(parameters: Mapping[str, Any]) -> None:
    """Raise ValueError for a value that libpq refuses by itself, such as an unknown sslmode.

    It checks them when it begins to connect: here to a socket that cannot be, so no server is
    asked and no name looked up. What it says of that is no matter.
    """
    hosts = str(parameters.get("host", "")).split(",")
    shown = {name: value for name, value in parameters.items() if name not in NOT_CHECKED}
    nowhere = make_conninfo("", **{**shown, "host": ",".join(NOWHERE for _ in hosts)})
    connection = PGconn.connect_start(nowhere.encode())
    said = connection.error_message.decode(errors="replace").strip()
    connection.finish()
    if said.startswith(OF_VALUES):
        # Behind the colon stands what was given: where a password is cut in two, a part of it.
        raise ValueError(said.partition(":")[0].replace('"', ""))


def _require_options(url: URL) -> None:
    """Raise ValueError for an option that the driver of SQLite would pass over."""
    with warnings.catch_warnings(action="error"):
        try:
            url.get_dialect()().create_connect_args(url)
        except SAWarning:
            raise ValueError(f"SQLite has no {', '.join(sorted(url.query))}") from None


def make_engine(url: URL, clock: ServerClock) -> Engine:
    """Return an engine that connects when it is used first. `clock` hears the server's time."""
    # Parameters of a statement hold names and sealed tokens: exceptions must not repeat them.
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, hide_parameters=True, pool_size=10, max_overflow=40)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=5,
        max_overflow=15,
        pool_recycle=1800,
        # A statement prepared on one connection is unknown on the next that a pooler gives.
        connect_args={"prepare_threshold": None},
        use_native_hstore=False,
    )
    event.listen(engine, "connect", _prepare_postgresql)
    event.listen(engine, "begin", partial(_begin_postgresql, clock))
    event.listen(engine, "handle_error", _give_up_standby)
    return engine


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Set up a new connection. The driver's own BEGIN is switched off: see `_begin_sqlite`."""
    connection.isolation_level = None
    # SQLite's own knows the capitals of English alone.
    connection.create_function("lower", 1, _lower, deterministic=True)
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA foreign_keys = ON")
    # Overwrite erased data, so that it does not stay readable in a free page.
    cursor.execute("PRAGMA secure_delete = ON")
    # The mode is kept in the file. Where others are using or changing it just now, SQLite refuses
    # without waiting; the file works all the same, and the next connection tries again.
    with suppress(sqlite3.OperationalError):
        cursor.execute("PRAGMA journal_mode = WAL")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at the start of a writing transaction.

    A transaction that reads first and writes later cannot wait for another writer: SQLite answers
    "database is locked" at once, whatever the busy timeout.
    """
    is_reading = connection.get_execution_options().get(READ_ONLY, False)
    driver = connection.connection.driver_connection
    try:
        driver.execute(READING if is_reading else WRITING)  # type: ignore[union-attr] # As below.
        driver.execute("BEGIN" if is_reading else "BEGIN IMMEDIATE")  # type: ignore[union-attr]
    except sqlite3.OperationalError as error:
        # Nobody translates what a listener raises.
        raise OperationalError("BEGIN", None, error, hide_parameters=True) from error


def _prepare_postgresql(connection: Any, _record: object) -> None:
    """Switch the driver's own BEGIN off: see `_begin_postgresql`."""
    connection.autocommit = True


def _give_up_standby(context: ExceptionContext) -> None:
    """Give up the connections to a server that takes no writes any more: another one does by now.

    They answer, so the pool would keep them.
    """
    is_standby = getattr(context.original_exception, "sqlstate", "") == TAKES_NO_WRITES
    if is_standby and context.connection is not None:
        is_reading = context.connection.get_execution_options().get(READ_ONLY, False)
        context.is_disconnect = not is_reading


def _begin_postgresql(clock: ServerClock, connection: Connection) -> None:
    """Begin, say which portal the transaction sees, and ask the time: one message to the server."""
    options = connection.get_execution_options()
    begin = "BEGIN READ ONLY" if options.get(READ_ONLY, False) else "BEGIN"
    scope = options.get(SCOPE, NO_PORTAL)
    name, value = (ALL_SETTING, "on") if scope is ALL_PORTALS else (PORTAL_SETTING, scope)
    # SET LOCAL and not set_config(): Citus hands the one on to the machines that hold the rows.
    # The driver reads times in no other style, and a database may have been given one; in another
    # isolation than PostgreSQL's own, whoever waited for a row is refused it.
    text = sql.SQL(
        "{}; SET LOCAL {} = {}; SET LOCAL idle_in_transaction_session_timeout = {}; "
        "SET LOCAL datestyle = ISO; SET LOCAL transaction_isolation = 'read committed'; "
        "SELECT clock_timestamp()"
    ).format(sql.SQL(begin), sql.SQL(name), sql.Literal(texts.safe(value)), ABANDONED_MILLISECONDS)
    driver = connection.connection.driver_connection
    asked_at = clock.machine()
    try:
        # Without parameters the driver speaks the simple protocol: all statements at once.
        said = driver.execute(text)  # type: ignore[union-attr] # A pooled connection has one.
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        # Nobody translates what a listener raises; without this it would look like a bug of ours.
        connection.invalidate(error)
        raise OperationalError("BEGIN", None, error, hide_parameters=True) from error
    while said.nextset():
        pass
    clock.hear(asked_at, said.fetchone()[0])
