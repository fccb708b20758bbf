"""Forged posts and events in great numbers, and those who come genuinely from the same address."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import requests
from sqlalchemy import func, select

from b24app.storage import models, portals
from b24app.storage.session import Database
from tools.attack.hostile import hostile_portals, silent
from tools.attack.people import (
    Waited,
    Waits,
    frame_fields,
    open_card,
    people_at_work,
    post_frame,
    timed,
)
from tools.attack.report import Row, undisturbed
from tools.bench.portal import Portal
from tools.stage import Stage
from tools.visitor import Visitor

POSTS = 320
SENDERS = 4
SILENT_PORTALS = 24
MOST_EXCHANGES = 25
MOST_ROWS = 60
UNINSTALL_SECONDS = 5.0
UPDATE_SECONDS = 30.0
HOST = "pages.evil.example"


def forged_frames(running: Stage) -> Iterator[Row]:
    """320 posts of frames of portals nobody knows, from the address of an office."""
    yield from _beside(running, lambda: _frame(running, "/placement", secrets.token_hex(16)))


def forged_openings(running: Stage) -> Iterator[Row]:
    """320 openings of cards of this very portal with tokens of nobody."""
    member_id = _member_id(running)
    fields = frame_fields(member_id)
    yield from _beside(running, lambda: open_card(running.app_url, _host(running), fields))


def forged_installs(running: Stage) -> Iterator[Row]:
    """320 installations of portals that do not exist."""
    yield from _beside(running, lambda: _frame(running, "/install", secrets.token_hex(16)))


def forged_moves(running: Stage) -> Iterator[Row]:
    """320 posts that say that this portal has moved."""
    member_id = _member_id(running)
    yield from _beside(running, lambda: _frame(running, "/placement", member_id))


def forged_events(running: Stage) -> Iterator[Row]:
    """320 events with tokens of nobody, half of them of portals nobody knows."""
    member_id = _member_id(running)

    def send() -> requests.Response:
        name = secrets.choice(("ONAPPINSTALL", "ONAPPUPDATE", "ONAPPUNINSTALL"))
        known = secrets.choice((True, False))
        return _event(running, name, member_id if known else secrets.token_hex(16))

    yield from _beside(running, send)
    yield from _genuine_events(running)


def events_without_token(running: Stage) -> Iterator[Row]:
    """320 events about the subscription, which need no token."""
    member_id = _member_id(running)
    yield from _beside(running, lambda: _event(running, "ONAPPPAYMENT", member_id, token=""))
    yield from _genuine_events(running)


def uninstalls_of_silent_portals(running: Stage) -> Iterator[Row]:
    """24 silent portals whose uninstallation is reported at once, then that of another one."""
    portal = Portal(running.portal_url)
    with hostile_portals(running, silent(14), SILENT_PORTALS) as installed:

        def report(number: int) -> Waited:
            victim = installed[number % SILENT_PORTALS]
            token = victim.application_token
            return timed(lambda: _event(running, "ONAPPUNINSTALL", victim.member_id, token))

        with ThreadPoolExecutor(SENDERS) as pool:
            sent = Waits(list(pool.map(report, range(3 * SILENT_PORTALS))))
        yield Row("their reports", sent, sent.are_served, "answered at once")
        portal.control("uninstall", clean="1")
        member_id = portal.control("token", user=1)["member_id"]
        seconds = _until(lambda: not _is_stored(running, member_id), UNINSTALL_SECONDS * 4)
        is_kept = seconds <= UNINSTALL_SECONDS
        promise = f"carried out in {UNINSTALL_SECONDS:.0f} s"
        yield Row("another portal's uninstallation", Waits(), is_kept, promise, _said(seconds))


def _beside(running: Stage, send: Callable[[], requests.Response]) -> Iterator[Row]:
    portal = Portal(running.portal_url)
    portal.control("limits", rate="off", operating="off")
    portal.control("record/clear")
    with people_at_work(running) as others, ThreadPoolExecutor(SENDERS) as pool:
        time.sleep(1)
        sent = Waits(list(pool.map(lambda _number: timed(send), range(POSTS))))
        time.sleep(2)
    exchanges = sum(request["path"] == "/oauth/token/" for request in _recorded(portal))
    rows = _rows(running)
    yield Row("strangers", sent, True, "words")
    yield Row("people at the same address", others, *undisturbed(others))
    yield Row(
        "exchanges with our secret",
        Waits(),
        exchanges <= MOST_EXCHANGES,
        f"at most {MOST_EXCHANGES}",
        str(exchanges),
    )
    yield Row("rows they left", Waits(), rows <= MOST_ROWS, f"at most {MOST_ROWS}", str(rows))
    again = Waits([timed(lambda: _install_again(running))])
    yield Row("an administrator installs again", again, again.are_served, "served")


def _genuine_events(running: Stage) -> Iterator[Row]:
    """The portal updates the app, and then uninstalls it: both are heard."""
    portal = Portal(running.portal_url)
    before = _token(running)
    portal.control("update")
    seconds = _until(lambda: _token(running) != before, UPDATE_SECONDS)
    promise = f"heard in {UPDATE_SECONDS:.0f} s"
    yield Row(
        "the portal's own update", Waits(), seconds <= UPDATE_SECONDS, promise, _said(seconds)
    )
    # An update takes the handlers of events away: before they are bound again no event comes.
    seconds = _until(lambda: _is_heard(portal, "ONAPPUNINSTALL"), UPDATE_SECONDS)
    promise = f"bound in {UPDATE_SECONDS:.0f} s"
    yield Row("its events after that", Waits(), seconds <= UPDATE_SECONDS, promise, _said(seconds))
    portal.control("uninstall", clean="1")
    seconds = _until(lambda: _token(running) is None, UNINSTALL_SECONDS * 4)
    promise = f"carried out in {UNINSTALL_SECONDS:.0f} s"
    yield Row(
        "the portal's own uninstallation",
        Waits(),
        seconds <= UNINSTALL_SECONDS,
        promise,
        _said(seconds),
    )


def _is_heard(portal: Portal, event: str) -> bool:
    state = portal.session.get(f"{portal.url}/_control/state", timeout=60).json()
    handlers = (state["installation"] or {}).get("event_handlers", [])
    return any(handler["event"].upper() == event for handler in handlers)


def _said(seconds: float) -> str:
    return f"after {seconds:.1f} s" if seconds != float("inf") else "never"


def _until(is_so: Callable[[], bool], seconds: float) -> float:
    """How long it took; infinite where it did not come in twice the time."""
    started = time.monotonic()
    while (passed := time.monotonic() - started) < 2 * seconds:
        if is_so():
            return passed
        time.sleep(0.1)
    return float("inf")


def _frame(running: Stage, path: str, member_id: str) -> requests.Response:
    return post_frame(running.app_url, path, HOST, frame_fields(member_id))


def _event(
    running: Stage, name: str, member_id: str, token: str | None = None
) -> requests.Response:
    fields = {
        "event": name,
        "ts": str(int(time.time())),
        "data[VERSION]": "9",
        "auth[member_id]": member_id,
        "auth[refresh_token]": secrets.token_hex(35),
        "auth[application_token]": secrets.token_hex(16) if token is None else token,
    }
    fields = {key: value for key, value in fields.items() if value}
    with requests.Session() as session:
        session.trust_env = False
        return session.post(f"{running.app_url}/events", data=fields, timeout=60)


def _install_again(running: Stage) -> int:
    visitor = Visitor(running.portal_url)
    visitor.install_app()
    return 200


def _host(running: Stage) -> str:
    return running.portal_url.partition("://")[2]


def _recorded(portal: Portal) -> list[dict[str, object]]:
    record = portal.session.get(f"{portal.url}/_control/record", timeout=60).json()
    return list(record["requests"])


def _member_id(running: Stage) -> str:
    return str(Portal(running.portal_url).control("token", user=1)["member_id"])


def _token(running: Stage) -> str | None:
    """What is stored of the portal's application_token, sealed; None where the portal is gone."""
    database = Database(running.environment["DATABASE_URL"]).of_all()
    with database.reading() as session:
        found = session.scalars(select(models.Portal.application_token_sealed)).first()
    database.close()
    return found


def _is_stored(running: Stage, member_id: str) -> bool:
    database = Database(running.environment["DATABASE_URL"]).of_all()
    with database.reading() as session:
        found = portals.find(session, member_id)
    database.close()
    return found is not None


def _rows(running: Stage) -> int:
    database = Database(running.environment["DATABASE_URL"]).of_all()
    with database.reading() as session:
        counts = [
            session.scalar(select(func.count()).select_from(model)) or 0
            for model in (models.Job, models.FailedProof)
        ]
    database.close()
    return sum(counts)
