"""A PostgreSQL database of its own for one measurement, dropped after it."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tools.bench.report import Table

SERVER = os.environ.get("BENCH_POSTGRES_URL") or "postgresql://postgres@127.0.0.1:5432/postgres"


def why_unreachable() -> str:
    """Say why no server answers; empty where one does."""
    try:
        psycopg.connect(SERVER, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        return str(error).strip().splitlines()[-1]
    return ""


def beside_sqlite(
    table_of: Callable[[str, Callable[[], AbstractContextManager[str]]], Table], *, is_wanted: bool
) -> Iterator[Table]:
    """Yield what `table_of` measures with SQLite and, where it is wanted and answers, with this.

    It is given the engine's name, and what makes a database and gives its URL, "" for the app's
    own. If no server answers, says so on standard error, with what to do.
    """
    yield table_of("SQLite", lambda: nullcontext(""))
    if not is_wanted:
        return
    if reason := why_unreachable():
        print(f"PostgreSQL is left out: {reason} (BENCH_POSTGRES_URL names one)", file=sys.stderr)
        return
    yield table_of("PostgreSQL", database)


@contextmanager
def database() -> Iterator[str]:
    """Create a database and give its URL until the end of the block."""
    name = f"b24app_bench_{os.getpid()}_{secrets.token_hex(4)}"
    _on_server(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield urlunsplit(urlsplit(SERVER)._replace(path=f"/{name}"))
    finally:
        # FORCE: a process of the app that is just ending may still hold a connection.
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        _on_server(drop.format(sql.Identifier(name)))


def _on_server(command: sql.Composed) -> None:
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(command)
