"""Databases of Citus for tests: each on every server, its tables spread as docs/scaling.md says.

With CITUS="<host>:<port> ..." the server of TEST_POSTGRES_URL is a coordinator and these are its
workers, for the same superuser. The SQL is that of the page.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

PAGE = Path(__file__).resolve().parents[2] / "docs" / "scaling.md"
BLOCK = re.compile(r"(?:^    .*\n)*^    SELECT create_distributed_table.*\n(?:^    .*\n)*", re.M)
NAMED = "deal_payments"
WORKERS = os.environ.get("CITUS", "").split()


def servers(url: str) -> list[str]:
    """The URL of this database on every server that has a part of it, the coordinator last."""
    parts = urlsplit(url)
    user = parts.netloc.rpartition("@")[0]
    others = [parts._replace(netloc=f"{user}@{worker}") for worker in WORKERS]
    return [urlunsplit(one) for one in (*others, parts)]


def join(url: str) -> None:
    """Make one distributed database of the empty ones of this name; the URL is a superuser's."""
    for server in servers(url):
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION citus")
    with psycopg.connect(url, autocommit=True) as coordinator:
        for worker in WORKERS:
            host, _, port = worker.rpartition(":")
            coordinator.execute("SELECT citus_add_node(%s, %s)", (host, int(port)))


def statements() -> str:
    """The page's statements."""
    found = BLOCK.search(PAGE.read_text(encoding="utf-8"))
    assert found is not None
    return found[0]


def distribute(url: str) -> None:
    """Spread the tables of a migrated database; the URL is that of its owner."""
    name = urlsplit(url).path.strip("/")
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements().split(";"):
            if statement.strip():
                connection.execute(statement.replace(f"DATABASE {NAMED}", f"DATABASE {name}"))
