"""Say why a database cannot be used, and what its operator does about it.

What is said goes into logs, so it names no host, user or database; what to do is for the operator
alone. No connection tells its reason by a code, only in words: libpq's own are English, those of a
server in the language it was given, so some are repeated as they come.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy.exc import TimeoutError as PoolTimeoutError

CHECK = (
    "check DATABASE_URL, that its server runs, and that `flask --app app db upgrade` has run; "
    "the server's log may say more"
)
UPGRADE = "run `flask --app app db upgrade`"
FREE = "free some room on the database's disk"
PERCENT = "signs other than letters and digits stand in percent form, @ as %40"
POOLED = "unsupported startup parameter"
"""PgBouncer's words for a setting that a connection brings; only a server takes those."""
DENIED, DENIES = "42501", "aclcheck_error"
"""The code of a refused right, and of a row that is another portal's; and what tells them apart."""


class Trouble(NamedTuple):
    """What is said of a trouble, and what to do."""

    said: str
    advice: str


@dataclass(frozen=True, slots=True)
class _Worded:
    """A trouble that is known by words, of which one must be in the error's text."""

    words: tuple[str, ...]
    trouble: Trouble


TOO_MANY = Trouble(
    "its server has no connection left",
    "raise max_connections, or the limit of the role or database, or lower WEB_CONCURRENCY: each "
    "process opens up to 20, twice as many during a reload",
)
PERMISSION = Trouble(
    "the role of DATABASE_URL may not do what is needed",
    "let it own the database and the tables: name the role that `db upgrade` ran as",
)
STANDBY = Trouble(
    "its server takes no writes",
    "let DATABASE_URL lead to the server that does, or name a role that may write",
)
FULL = Trouble("its disk is full", FREE)
SILENT = Trouble(
    "its server does not answer",
    "check host and port in DATABASE_URL, and that a firewall lets this machine through",
)
NOT_YET = Trouble("its server starts, stops or recovers", "wait, and see its log")
DAMAGED = Trouble(
    "its file is damaged, or no database", "correct DATABASE_URL, or restore the newest backup"
)
OLD_SCHEMA = Trouble("its schema is not the one of this version", UPGRADE)

CODES: dict[str, Trouble] = {
    "25006": STANDBY,
    DENIED: PERMISSION,
    "42P01": OLD_SCHEMA,
    "42703": OLD_SCHEMA,
    "53100": FULL,
    "53300": TOO_MANY,
    "57P01": NOT_YET,
    "57P03": NOT_YET,
    "57014": Trouble(
        "a statement took longer than its server allows",
        "raise statement_timeout of role or database, or take it away: see \\drds in psql",
    ),
    "55P03": Trouble(
        "a row stayed locked for longer than its server allows",
        "raise lock_timeout of role or database, or take it away: see \\drds in psql",
    ),
    "SQLITE_FULL": FULL,
    "SQLITE_BUSY": Trouble(
        "somebody else holds its file for long",
        "end what uses the file beside the app; use PostgreSQL for more than a trial",
    ),
    "SQLITE_READONLY": Trouble(
        "its file may not be written",
        "let the user of the app write to the file and its folder; run commands as that user",
    ),
    "SQLITE_CANTOPEN": Trouble(
        "its file cannot be opened",
        "correct DATABASE_URL, or let the user of the app write into the file's folder",
    ),
    "SQLITE_IOERR": Trouble(
        "its file cannot be read or written", "see whether its disk is full, or broken"
    ),
    "SQLITE_NOTADB": DAMAGED,
    "SQLITE_CORRUPT": DAMAGED,
}

WORDS = (
    _Worded(
        ("password authentication failed",),
        Trouble(
            "its server refuses the user or the password",
            f"correct them in DATABASE_URL; {PERCENT}",
        ),
    ),
    _Worded(
        ("no password supplied",),
        Trouble("its server asks for a password", "write it into DATABASE_URL, behind the user"),
    ),
    _Worded(
        ("no pg_hba.conf entry", "authentication failed"),
        Trouble(
            "its server does not let this user in from here",
            "correct user and database in DATABASE_URL, or add a line to the server's pg_hba.conf",
        ),
    ),
    _Worded(
        ("is not permitted to log in",),
        Trouble("its role may not log in", "ALTER ROLE … LOGIN, or name another in DATABASE_URL"),
    ),
    _Worded(
        ("permission denied for database",),
        Trouble("its role may not use the database", "GRANT CONNECT, or let the role own it"),
    ),
    _Worded(("too many", "connection slots"), TOO_MANY),
    _Worded(
        ("failed to resolve host", "could not translate host name"),
        Trouble(
            "nobody knows the name of its server",
            f"correct the host in DATABASE_URL, or add it to the DNS; in a password {PERCENT}",
        ),
    ),
    _Worded(
        (POOLED,),
        Trouble(
            "its pooler takes no settings",
            "take options out of DATABASE_URL and PGOPTIONS out of the environment; what they set "
            "can be set for the role: ALTER ROLE … SET …",
        ),
    ),
    _Worded(
        ("SSL", "certificate"),
        Trouble(
            "no TLS as DATABASE_URL asks for it",
            "check sslmode and sslrootcert there, and ssl in the server's postgresql.conf",
        ),
    ),
    _Worded(
        ("Connection refused", "accepting connections on that socket"),
        Trouble(
            "nothing listens where its server should be",
            "start the server, whose log says why it stopped, such as a full disk; or correct host "
            "and port in DATABASE_URL",
        ),
    ),
    _Worded(("timeout", "timed out", "No route to host", "Network is unreachable"), SILENT),
    _Worded(("the database system is",), NOT_YET),
    _Worded(
        ("server closed the connection", "connection is lost", "terminating connection"),
        Trouble("its server cut the connection", "see the server's log: it may be restarting"),
    ),
    _Worded(("session is read-only", "server is in hot standby"), STANDBY),
    _Worded(("no such table", "no such column"), OLD_SCHEMA),
)

OF_ROLES = Trouble(
    "its server does not know the user of DATABASE_URL",
    "correct it, or make the role: CREATE ROLE … LOGIN PASSWORD …",
)
OF_DATABASES = Trouble(
    "its server has no database of the name in DATABASE_URL",
    "correct it, or make the database: createdb --owner …",
)
POOL = Trouble(
    "all connections of this process are in use",
    "look for statements that take long: SELECT * FROM pg_stat_activity",
)


def of(error: Exception) -> Trouble:
    """Return what is wrong with the database that raised this error of SQLAlchemy's."""
    if isinstance(error, PoolTimeoutError):
        return POOL
    cause = getattr(error, "orig", None) or error
    code = code_of(error)
    text = str(cause)
    found = CODES.get(code) or CODES.get("_".join(code.split("_")[:2])) or _by_words(text)
    if found is not None:
        return found
    said = type(cause).__name__
    if code or isinstance(cause, sqlite3.Error) or "connection" not in text:
        return Trouble(said, CHECK)
    # Of a connection that was not made: it names the server, and never a password.
    return Trouble(said, f"{CHECK}. It says: {text.splitlines()[0]}")


def _by_words(text: str) -> Trouble | None:
    if "does not exist" in text and "FATAL" in text:
        return OF_DATABASES if 'database "' in text else OF_ROLES
    return next((one.trouble for one in WORDS if any(word in text for word in one.words)), None)


def code_of(error: Exception) -> str:
    """Return the engine's own code of an error, "" without one."""
    cause = getattr(error, "orig", None)
    return getattr(cause, "sqlstate", "") or getattr(cause, "sqlite_errorname", "") or ""


def lacks_right(error: Exception) -> bool:
    """Return whether the role lacks a right: not a row that row level security keeps out."""
    diag = getattr(getattr(error, "orig", None), "diag", None)
    return code_of(error) == DENIED and getattr(diag, "source_function", "") == DENIES
