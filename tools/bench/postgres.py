"""A PostgreSQL database of its own for one measurement, dropped after it."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

SERVER = os.environ.get("BENCH_POSTGRES_URL") or "postgresql://postgres@127.0.0.1:5432/postgres"


def why_unreachable() -> str:
    """Say why no server answers; empty where one does."""
    try:
        psycopg.connect(SERVER, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        return str(error).strip().splitlines()[-1]
    return ""


def say_left_out(reason: str) -> None:
    """Say on standard error that nothing was measured with PostgreSQL, and what to do."""
    print(f"PostgreSQL is left out: {reason} (BENCH_POSTGRES_URL names one)", file=sys.stderr)


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
