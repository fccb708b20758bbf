"""Check a deployment from the inside: each finding is one line that says what to do.

Sends no token and no secret anywhere, and names none. Leaves everything as it is.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

from b24app.bitrix.wire.reaching import Barrier, Reached
from b24app.config import Config
from b24app.errors import DatabaseAwayError
from b24app.services.deps import Deps
from b24app.services.lifecycle import health
from b24app.storage import condition, troubles
from b24app.storage.condition import Condition

REACH_SECONDS = 5.0
GOOD_SECRET = 32
CLOCKS_DIFFER = 3.0
CLOCKS_DISAGREE = 10.0
"""Then other programs on this machine tell wrong times, too. The app goes by the database's clock,
but not before its first transaction, and not on SQLite."""

LEAST_ROOM = 1_000_000_000
LEAST_OF_FILE = 20_000_000
"""For SQLite: its journal grows to some megabytes before it is written back."""

MORE_ROOM = "free some room, or lower REST_LOG_DAYS"
WRITE_AGAIN = (
    "let DATABASE_URL name a role that may write, or take the setting away: ALTER ROLE … RESET "
    "default_transaction_read_only; it may be the database's or the server's, see \\drds in psql"
)
NO_FOLDER = "start a systemd unit of the app, which makes it, or make it for the user of the app"
THAT_VERSION = "install that version here, too; the schema does not go back"
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
LATE = timedelta(hours=1)
OK_STATUS = 200
OURS = "X-Request-Id"


class Level(StrEnum):
    """How bad it is. Only `FAIL` is in the way of serving portals."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. `advice` says what to do; it is empty where all is well."""

    level: Level
    about: str
    said: str
    advice: str = ""


def run(deps: Deps, config: Config) -> Iterator[Finding]:
    """Yield the findings one after the other, as they are found; some take seconds."""
    yield _configuration(config)
    state = _database_state(deps)
    yield _database(state, config)
    if isinstance(state, Condition):
        yield _schema(state)
        if state.is_server:
            yield _isolation(state)
        yield from _if_readable(deps, state)
    origins = deps.authorization.origins
    answers = {origin: _reached(deps, origin) for origin in origins}
    yield _clock(deps, state, list(answers.values()))
    for origin, answer in answers.items():
        yield _outbound(origin, answer)
    yield _public_address(deps, config)
    yield _rest_log(deps)


def _configuration(config: Config) -> Finding:
    doubts = list(config.doubts())
    if config.is_development:
        doubts.append("APP_ENV is development: keys may be generated ones")
    if len(config.secret_key) < GOOD_SECRET:
        doubts.append(f"SECRET_KEY has fewer than {GOOD_SECRET} characters")
    if doubts:
        said = "; ".join(doubts)
        return Finding(Level.WARN, "configuration", said, "see docs/configuration.md")
    return Finding(Level.OK, "configuration", f"{config.app_env}, {config.app_url}")


def _database_state(deps: Deps) -> Condition | DatabaseAwayError:
    try:
        return condition.look(deps.db)
    except DatabaseAwayError as error:
        return error


def _database(state: Condition | DatabaseAwayError, config: Config) -> Finding:
    if isinstance(state, DatabaseAwayError):
        advice = f"{state.advice} (schema and keys were not looked at)"
        return Finding(Level.FAIL, "database", str(state), advice)
    if state.is_read_only and not state.is_server:
        said = "its file or the folder of it may not be written"
        advice = "let the user of the app write there, and run this command as that user"
        return Finding(Level.FAIL, "database", f"{state.engine}: {said}", advice)
    if state.is_standby:
        said, advice = "a standby, takes no writes", "let DATABASE_URL lead to the server that does"
        return Finding(Level.FAIL, "database", f"{state.engine}: {said}", advice)
    if state.is_read_only:
        said, advice = "default_transaction_read_only is on, so it takes no writes", WRITE_AGAIN
        return Finding(Level.FAIL, "database", f"{state.engine}: {said}", advice)
    if state.room is not None and state.room < LEAST_OF_FILE:
        said = f"{state.room / 1e6:.0f} MB free for its file, so soon nothing can be written"
        return Finding(Level.FAIL, "database", f"{state.engine}: {said}", troubles.FREE)
    if state.encoding:
        said = f"keeps texts in {state.encoding}, so what people do is not always recorded"
        advice = "back up, and restore into a database made with ENCODING 'UTF8' TEMPLATE template0"
        return Finding(Level.FAIL, "database", f"{state.engine}: {said}", advice)
    if not state.is_server and not config.is_development:
        advice = "use PostgreSQL for more than a trial: SQLite serves one machine"
        return Finding(Level.WARN, "database", state.engine, advice)
    return Finding(Level.OK, "database", state.engine)


def _schema(state: Condition) -> Finding:
    found, newest = (", ".join(sorted(revisions)) for revisions in (state.revisions, state.newest))
    if state.is_current:
        return Finding(Level.OK, "schema", f"revision {found}")
    if state.is_later:
        said = f"revision {found}, of a later version of the app; this one goes on serving"
        return Finding(Level.WARN, "schema", said, THAT_VERSION)
    said = f"revision {found or 'none'}, this version needs {newest}"
    return Finding(Level.FAIL, "schema", said, "run `flask --app app db upgrade`")


def _isolation(state: Condition) -> Finding:
    if not state.sees_all:
        return Finding(Level.OK, "isolation", "PostgreSQL keeps portals apart")
    said = "the role of DATABASE_URL is a superuser or has BYPASSRLS, and sees all portals"
    advice = "connect as an ordinary role that owns the tables, see docs/operations.md"
    return Finding(Level.WARN, "isolation", said, advice)


def _if_readable(deps: Deps, state: Condition) -> Iterator[Finding]:
    """Yield what is read from tables, which another schema may not have."""
    if not state.is_current:
        level, advice = Level.FAIL, "upgrade the schema first"
        if state.is_later:
            level, advice = Level.WARN, THAT_VERSION
        yield Finding(level, "keys", "not looked at", advice)
        return
    yield _keys(deps)
    yield _background_work(deps)


def _keys(deps: Deps) -> Finding:
    found = condition.seals(deps.db, deps.cipher)
    total = found.newest + found.older + found.unreadable
    if not total:
        return Finding(Level.OK, "keys", "nothing is sealed yet")
    said = f"{found.newest} of {total} secrets looked at are sealed with the first of TOKEN_KEYS"
    if found.unreadable:
        level = Level.WARN if found.newest or found.older else Level.FAIL
        advice = "put the key they were sealed with behind the others in TOKEN_KEYS"
        return Finding(level, "keys", f"{said}, {found.unreadable} with no key of it", advice)
    if found.older:
        advice = "run housekeeping until it prints `secrets sealed anew: 0`"
        return Finding(Level.WARN, "keys", f"{said}, {found.older} with an older one", advice)
    if deps.cipher.has_old_keys:
        advice = "after a housekeeping that prints `secrets sealed anew: 0`, remove the older keys"
        return Finding(Level.OK, "keys", said, advice)
    return Finding(Level.OK, "keys", said)


def _background_work(deps: Deps) -> Finding:
    late = health.oldest_due(deps)
    if late <= timedelta():
        return Finding(Level.OK, "background work", "nothing is due")
    said = f"the oldest has been due for {int(late.total_seconds() // 60)} minutes"
    if late < LATE:
        return Finding(Level.OK, "background work", said)
    advice = "run `flask --app app housekeeping` every hour"
    return Finding(Level.WARN, "background work", said, advice)


def _reached(deps: Deps, url: str) -> Reached | Barrier:
    return deps.client.reach(url, deps.deadline(REACH_SECONDS))


def _clock(
    deps: Deps,
    state: Condition | DatabaseAwayError,
    answers: list[Reached | Barrier],
) -> Finding:
    """Compare this machine's clock with the database's and those of the servers reached."""
    now = deps.db.clock.machine()
    others = [_date_of(answer) for answer in answers if isinstance(answer, Reached)]
    others.append(state.now if isinstance(state, Condition) else None)
    apart = [abs((now - moment).total_seconds()) for moment in others if moment is not None]
    if not apart:
        return Finding(
            Level.WARN, "clock", "there is nothing to compare it with", "see `timedatectl`"
        )
    said = f"{max(apart):.0f} s from the farthest of {len(apart)} other clocks"
    if max(apart) < CLOCKS_DIFFER:
        return Finding(Level.OK, "clock", said)
    level = Level.FAIL if max(apart) > CLOCKS_DISAGREE else Level.WARN
    return Finding(level, "clock", said, "let NTP set the clocks of all machines: `timedatectl`")


def _date_of(answer: Reached) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers.get("Date", "")).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _outbound(origin: str, answer: Reached | Barrier) -> Finding:
    about = f"outbound {origin.partition('://')[2]}"
    if isinstance(answer, Reached):
        return Finding(Level.OK, about, f"answers ({answer.status})")
    advice = "allow this machine to look up names and to connect to port 443"
    if answer is Barrier.CERTIFICATE:
        # Those of certifi are trusted, not the machine's own: installing one there is in vain.
        advice = "let nothing open TLS between here and there, and see that the clock is right"
    return Finding(Level.FAIL, about, answer.value, advice)


def _public_address(deps: Deps, config: Config) -> Finding:
    about, url = "public address", config.app_url
    is_for_portals = url.startswith("https:") or config.trust_local_portals
    if not is_for_portals and not config.is_development:
        return Finding(Level.FAIL, about, f"{url} is for this machine only", "set APP_URL")
    answer = _reached(deps, f"{url}/")
    if isinstance(answer, Barrier):
        return Finding(Level.FAIL, about, f"{url}: {answer.value}", _way_in(answer))
    if answer.status != OK_STATUS:
        advice = "start the web processes, and let the proxy hand everything to them"
        return Finding(Level.FAIL, about, f"{url} answers {answer.status}", advice)
    if OURS not in answer.headers:
        advice = "APP_URL must lead to this app: check it and the proxy"
        return Finding(Level.FAIL, about, f"{url} is answered by something else", advice)
    return Finding(Level.OK, about, f"{url} answers {answer.status}")


WAYS_IN: dict[Barrier, str] = {
    Barrier.NAME: "add the name to the DNS, or correct APP_URL",
    Barrier.CERTIFICATE: "renew the proxy's certificate, with its whole chain",
    Barrier.REFUSED: "start the proxy, and open port 443",
    Barrier.HANDSHAKE: "it may have no certificate for this name yet: ask again in a minute, "
    "then read the proxy's log",
}


def _way_in(barrier: Barrier) -> str:
    return WAYS_IN.get(barrier, "check the proxy, and that this machine may connect to it")


def _rest_log(deps: Deps) -> Finding:
    try:
        free = deps.rest_log.free_bytes()
    except OSError as error:
        if isinstance(error, PermissionError) and not deps.rest_log.is_there:
            return Finding(Level.WARN, "REST log", "its folder is not there yet", NO_FOLDER)
        advice = "let the user of the app write into REST_LOG_DIR; run this command as that user"
        if error.errno in FULL:
            advice = MORE_ROOM
        return Finding(Level.FAIL, "REST log", str(error.strerror), advice)
    said = f"writable, {free / 1e9:.1f} GB free"
    if free < LEAST_ROOM:
        return Finding(Level.WARN, "REST log", said, MORE_ROOM)
    return Finding(Level.OK, "REST log", said)
