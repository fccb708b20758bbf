"""The database of a run: one of its own on PostgreSQL where a server answers, else SQLite."""

from __future__ import annotations

import os
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from tools.fire.cable import Cable

SERVER = os.environ.get("FIRE_POSTGRES_URL") or "postgresql://postgres@127.0.0.1:5432"


@dataclass
class Ground:
    """A database and what can be done to it. `url` is for the app, `own_url` for the books."""

    name: str
    url: str
    own_url: str
    server: str = ""
    cable: Cable | None = None

    def restart(self) -> str:
        """End all connections in the middle of whatever they do, as a restart does."""
        if self.cable is None:
            return self.away(3.0)
        return f"{self.cable.cut()} connections cut"

    def terminate(self) -> str:
        """Have the server end our own connections, with its own words."""
        if not self.server:
            return self.away(1.0)
        with psycopg.connect(f"{self.server}/postgres", autocommit=True) as connection:
            found = connection.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s",
                (self.name,),
            ).fetchone()
        return f"{found[0] if found else 0} backends terminated"

    def away(self, seconds: float) -> str:
        """Take no connection for a while; SQLite is held by somebody else instead."""
        if self.cable is None:
            return _hold(self.url.removeprefix("sqlite:///"), seconds)
        self.cable.is_down = True
        self.cable.cut()
        time.sleep(seconds)
        self.cable.is_down = False
        return f"away for {seconds:.0f} s"


@contextmanager
def ground(sqlite_path: str) -> Iterator[Ground]:
    """Make an empty database, and take it away with the end of the block.

    A file at `sqlite_path` where no PostgreSQL answers at FIRE_POSTGRES_URL.
    """
    try:
        connection = psycopg.connect(f"{SERVER}/postgres", autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        url = f"sqlite:///{sqlite_path}"
        yield Ground("SQLite", url, url)
        return
    name = f"deal_payments_fire_{secrets.token_hex(4)}"
    with connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    server = make_url(SERVER)
    try:
        with Cable(server.host or "127.0.0.1", server.port or 5432) as cable:
            near = server.set(host="127.0.0.1", port=cable.port, database=name)
            far = f"{SERVER}/{name}"
            yield Ground(name, near.render_as_string(hide_password=False), far, SERVER, cable)
    finally:
        with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as last:
            last.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


def _hold(path: str, seconds: float) -> str:
    held = sqlite3.connect(path, isolation_level=None, timeout=5)
    try:
        held.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        held.execute("ROLLBACK")
    except sqlite3.OperationalError:
        return "somebody else held it"
    finally:
        held.close()
    return f"held for {seconds:.0f} s"
