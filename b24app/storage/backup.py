"""Copy a whole database into a file and back, with PostgreSQL's own programs or SQLite's own way.

A file is there under its name only when it is whole and can be read again.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from sqlalchemy import inspect
from sqlalchemy.engine import Engine

from . import troubles
from .encodings import lacking
from .engines import ALL_SETTING
from .session import Database, is_later

SUFFIXES = {"postgresql": ".dump", "sqlite": ".db"}
DRAFT = ".part"
"""How the name of a file ends that is being written; what a killed process left of one stays."""

SECRETS = frozenset({"password", "sslpassword", "oauth_client_secret", "scram_client_key"})
"""The parameters of a connection that nobody else may see."""

SERVICE = "deal-payments-backup"
PORT = "5432"
"""Where the app connects to a server of PostgreSQL whose port nobody names."""

ENDING = {signal.SIGTERM, signal.SIGHUP, signal.SIGINT}
PLAIN = ("--no-owner", "--no-privileges")
OF_ALL = f"-c {ALL_SETTING}=on"
"""For the session of a program of PostgreSQL: row level security would leave every table empty."""

PAST_POOLER = "connect to the server, not to a pooler: DATABASE_URL=postgresql://… for this command"


class BackupError(Exception):
    """A backup or a restoration did not happen. The text says why, without any secret."""


def suffix(database: Database) -> str:
    """Return how the files of this kind of database end."""
    return SUFFIXES[database.engine.dialect.name]


def dump(database: Database, target: Path) -> None:
    """Write everything into `target`, as it was at one moment, while others go on writing.

    Raises BackupError; `target` then does not exist.
    """
    draft = target.with_name(f".{target.name}{DRAFT}")
    try:
        # Nobody else may read it, not even while it grows: names and amounts stand in it.
        draft.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        raise BackupError("another backup is being written at this moment") from None
    try:
        if database.engine.dialect.name == "sqlite":
            _copy_sqlite(Path(str(database.engine.url.database)), draft)
        else:
            options = ("--format=custom", "--enable-row-security", *PLAIN, f"--file={draft}")
            _run("pg_dump", *options, engine=database.engine)
            _run("pg_restore", "--list", str(draft))
            _require_all_rows(database.engine)
        if not _revisions_in(draft, target.suffix):
            # Night by night such a file would take the place of one that holds everything.
            raise BackupError("the database has no tables: DATABASE_URL leads to a new, empty one")
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def restore(database: Database, source: Path) -> None:
    """Fill an empty database from a file of `dump`: everything, or nothing where it fails.

    Raises BackupError, also where there are tables already, or the file is of a newer version.
    """
    if not source.is_file():
        raise BackupError(f"{source} is not a file")
    if source.suffix != suffix(database):
        raise BackupError(f"{source.name} is no backup of this kind of database")
    if inspect(database.engine).get_table_names():
        raise BackupError("the database is not empty: restore into a new one")
    if is_later(_revisions_in(source, source.suffix)):
        raise BackupError("the backup is of a newer version of the app: install that one first")
    if database.engine.dialect.name == "sqlite":
        database.close()
        _copy_sqlite(source, Path(str(database.engine.url.database)))
        return
    with database.engine.connect() as connection:
        if encoding := lacking(connection):
            raise BackupError(f"the database keeps texts in {encoding}: make one with UTF8")
    # We write no comments; those of extensions may be written by a superuser only.
    options = ("--exit-on-error", "--single-transaction", "--no-comments", *PLAIN, str(source))
    _run("pg_restore", *options, engine=database.engine)


def _revisions_in(source: Path, kind: str) -> set[str]:
    """Return the revisions of the schema in a backup; none where it does not say.

    `kind` is the suffix under which it is kept, or will be.
    """
    if kind == SUFFIXES["sqlite"]:
        with (
            suppress(sqlite3.Error),
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as taken,
        ):
            return {str(row[0]) for row in taken.execute("SELECT version_num FROM alembic_version")}
        return set()
    lines = _run(
        "pg_restore", "--data-only", "--table=alembic_version", "--file=-", str(source)
    ).splitlines()
    begun = [number for number, line in enumerate(lines) if line.startswith("COPY ")]
    return set(lines[begun[0] + 1 : lines.index("\\.")]) if begun else set()


def _copy_sqlite(source: Path, target: Path) -> None:
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as taken,
            closing(sqlite3.connect(target)) as given,
        ):
            # Before anything of it is in the database that is to be filled.
            _require_whole(taken, "it")
            taken.backup(given)
            # Else it could be read only where files can be made beside it.
            given.execute("PRAGMA journal_mode = DELETE")
            _require_whole(given, "the copy")
    except sqlite3.Error as error:
        raise BackupError(f"SQLite: {error}") from None


def _require_whole(connection: sqlite3.Connection, what: str) -> None:
    (verdict,) = connection.execute("PRAGMA integrity_check").fetchone()
    if verdict != "ok":
        # It may go on over many lines.
        raise BackupError(f"SQLite finds {what} damaged: {verdict.splitlines()[0]}")


def _run(name: str, *options: str, engine: Engine | None = None) -> str:
    """Run a program of PostgreSQL, against the database of `engine` if one is given.

    Return what it says.

    What ends this process by an exception ends the program, too.
    """
    program = shutil.which(name)
    if program is None:
        raise BackupError(f"{name} is not installed: install PostgreSQL's client programs")
    parameters = _libpq_parameters(engine) if engine is not None else {}
    # Not on the command line, where every user of the machine can read it.
    secrets = {key: parameters.pop(key) for key in SECRETS & {*parameters}}
    where = [f"--dbname={make_conninfo(**parameters)}"] if parameters else []
    with _hidden(secrets, parameters) as environ:
        code, told, errors = _ended([program, *where, *options], environ)
    if code:
        said = errors.strip().splitlines() or ["no reason was given"]
        if troubles.POOLED in said[0]:
            raise BackupError(PAST_POOLER)
        raise BackupError(said[0])
    return told


def _ended(command: list[str], environ: dict[str, str]) -> tuple[int, str, str]:
    """Run a program; return its code and what it wrote to both its outputs.

    A signal that ended this process while the program starts would leave it to itself, so signals
    wait until it is known.
    """
    process = None
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        try:
            process = subprocess.Popen(  # noqa: S603 - options are written here.
                command,
                env=environ,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                # It would be deaf to them, too. No thread runs beside a backup.
                preexec_fn=partial(  # noqa: PLW1509
                    signal.pthread_sigmask, signal.SIG_SETMASK, before
                ),
            )
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        told, errors = process.communicate()
    except BaseException:
        if process is not None:
            process.kill()
            process.wait()
        raise
    return process.returncode, told, errors


@contextmanager
def _hidden(secrets: dict[str, Any], parameters: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Give an environment that carries secrets of a connection; the rest goes in `parameters`.

    All but the password have no variable of their own and stand in a service file while the program
    runs. It is named in the variable and not in the parameters, where it could not follow.
    """
    password = secrets.pop("password", None)
    # Debian's programs take the port of a server on this machine, else, for whatever host.
    environ = {"PGPORT": PORT, **os.environ}
    environ |= {"PGPASSWORD": str(password)} if password else {}
    if not secrets:
        yield environ
        return
    if "service" in parameters or "PGSERVICE" in environ:
        raise BackupError(f"write {', '.join(sorted(secrets))} into the service file")
    with NamedTemporaryFile("w", encoding="utf-8", suffix=".conf") as file:
        lines = (f"{key}={value}" for key, value in sorted(secrets.items()))
        file.write("\n".join((f"[{SERVICE}]", *lines, "")))
        file.flush()
        yield {**environ, "PGSERVICE": SERVICE, "PGSERVICEFILE": file.name}


def _require_all_rows(engine: Engine) -> None:
    """Raise BackupError where `pg_dump` saw no row and yet succeeded.

    Behind a pooler, and on Citus: what a session sets does not reach the machines with the rows.
    """
    asked = "SELECT rolsuper OR rolbypassrls"
    is_set = "current_setting(%s, true) = 'on'"
    is_spread = "current_setting('citus.propagate_set_commands', true) IS NOT DISTINCT FROM 'local'"
    try:
        with psycopg.connect(**_libpq_parameters(engine)) as connection:
            found = connection.execute(
                f"{asked}, {is_spread}, {is_set} FROM pg_roles WHERE rolname = current_user",
                (ALL_SETTING,),
            ).fetchone()
    except psycopg.Error as error:
        raise BackupError(str(error).strip().splitlines()[0]) from None
    sees_all, is_distributed, is_told = found or (False, False, False)
    if sees_all:
        return
    if is_distributed:
        raise BackupError("the backup would be empty: on Citus, connect as a role with BYPASSRLS")
    if not is_told:
        raise BackupError(f"the backup would be empty: {PAST_POOLER}")


def _libpq_parameters(engine: Engine) -> dict[str, Any]:
    # Of several servers, for the case that one fails, the dialect makes one list as libpq reads it.
    given = dict(engine.dialect.create_connect_args(engine.url)[1])
    # Of psycopg's own, for connections that it makes.
    given.pop("context", None)
    return {**given, "options": f"{given.get('options', '')} {OF_ALL}".strip()}
