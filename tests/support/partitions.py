"""Spread the tables of a migrated database over partitions by portal, as a distributed one would.

PostgreSQL takes a partitioned table only where every primary and unique key holds the column that
it is spread by, so this proves the schema as well as the statements that run on it.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

PARTS = 4
SPREAD_BY_ADDRESS = "portal_addresses"

TABLES = """
    SELECT table_name FROM information_schema.columns
    WHERE table_schema = 'public' AND column_name = 'member_id'
    ORDER BY table_name = 'portals' DESC, table_name
"""
REFERENCES = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'f' AND conrelid = %s::regclass
"""
POLICIES = "SELECT policyname, cmd, qual FROM pg_policies WHERE tablename = %s"
SEQUENCES = """
    SELECT s.relname FROM pg_class s JOIN pg_depend d ON d.objid = s.oid AND d.deptype = 'a'
    WHERE s.relkind = 'S' AND d.refobjid = %s::regclass
"""


def partition(url: str) -> None:
    """Replace every table that names a portal by a partitioned one. The tables must be empty."""
    with psycopg.connect(url) as connection:
        connection.execute("CREATE SCHEMA parts")
        tables = [name for (name,) in connection.execute(TABLES)]
        laws = {table: _laws(connection, table) for table in tables}
        for table in reversed(tables):
            _replace(connection, table)
        for table in tables:
            for law in laws[table]:
                connection.execute(law)


def _laws(connection: psycopg.Connection, table: str) -> list[sql.Composed]:
    """What a copy of the table's columns and keys leaves out: references and policies."""
    name = sql.Identifier(table)
    laws = [
        sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(
            name, sql.Identifier(constraint), sql.SQL(definition)
        )
        for constraint, definition in connection.execute(REFERENCES, (table,))
    ]
    laws += [
        sql.SQL("CREATE POLICY {} ON {} FOR {} USING ({})").format(
            sql.Identifier(policy), name, sql.SQL(command), sql.SQL(condition)
        )
        for policy, command, condition in connection.execute(POLICIES, (table,))
    ]
    laws += [
        sql.SQL("ALTER TABLE {} {} ROW LEVEL SECURITY").format(name, sql.SQL(word))
        for word in ("ENABLE", "FORCE")
    ]
    return laws


def _replace(connection: psycopg.Connection, table: str) -> None:
    old, new = sql.Identifier(f"{table}_whole"), sql.Identifier(table)
    for (sequence,) in connection.execute(SEQUENCES, (table,)).fetchall():
        kept = sql.SQL("ALTER SEQUENCE {} OWNED BY NONE")
        connection.execute(kept.format(sql.Identifier(sequence)))
    connection.execute(sql.SQL("ALTER TABLE {} RENAME TO {}").format(new, old))
    by = "client_endpoint" if table == SPREAD_BY_ADDRESS else "member_id"
    copied = sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL) PARTITION BY HASH ({})")
    connection.execute(copied.format(new, old, sql.Identifier(by)))
    for number in range(PARTS):
        part = sql.SQL("CREATE TABLE {} PARTITION OF {} FOR VALUES WITH (MODULUS {}, REMAINDER {})")
        name = sql.Identifier("parts", f"{table}_{number}")
        connection.execute(part.format(name, new, PARTS, number))
    # References to the old parent go with it.
    connection.execute(sql.SQL("DROP TABLE {} CASCADE").format(old))
