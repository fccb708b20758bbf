"""The same thing many times at the same moment, and a database that somebody else holds."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import requests

from tools.attack.people import SECONDS
from tools.attack.report import Row
from tools.attack.tries import Tries
from tools.attack.two_portals import ADMIN, MANAGER, Party, ask, first_portal, post
from tools.stage import Stage

PEOPLE = 16
HELD_SECONDS = (3.0, 14.0)
Work = Callable[[], requests.Response]


def at_once(running: Stage) -> Iterator[Row]:
    """16 at once with one code, one pair, one key, one expired token; a database that is held."""
    party = first_portal(running)
    party.control.control("limits", rate="off", operating="off")
    yield _one_code(running, party)
    yield _one_pair(running, party)
    yield _one_key(running, party)
    yield _one_refresh(running, party)
    for seconds in HELD_SECONDS:
        yield _held_database(running, party, seconds)


def _one_code(running: Stage, party: Party) -> Row:
    tries = Tries("one code of one login", "one is let in, one exchange is made")
    start = requests.get(
        f"{running.app_url}/oauth/start",
        params={"domain": party.known.host},
        timeout=SECONDS,
        allow_redirects=False,
    )
    cookie = start.headers["Set-Cookie"].partition(";")[0]
    back = party.control.session.get(
        start.headers["Location"], timeout=SECONDS, allow_redirects=False
    )
    query = parse_qs(urlsplit(back.headers["Location"]).query)
    party.control.control("record/clear")
    statuses = _together(
        tries,
        partial(
            requests.get,
            f"{running.app_url}/oauth/callback",
            params={"code": query["code"][0], "state": query["state"][0]},
            headers={"Cookie": cookie},
            timeout=SECONDS,
        ),
    )
    let_in = statuses.count(200)
    tries.note("let in", "" if let_in == 1 else f"{let_in} were")
    exchanges = _exchanges(party)
    tries.note("exchanges", "" if exchanges == 1 else f"{exchanges} were made")
    return tries.row()


def _one_pair(running: Stage, party: Party) -> Row:
    tries = Tries("one pair of an installer", "installed or refused in words, and it works after")
    fields = party.fields(ADMIN, PLACEMENT="DEFAULT")
    _together(tries, partial(post, running.app_url, "/install", party.known.host, fields))
    tries.send("afterwards", partial(_open, party), _not_served)
    return tries.row()


def _one_key(running: Stage, party: Party) -> Row:
    tries = Tries("one payment, one key", "one write is sent")
    token = party.session(MANAGER)
    number = _unpaid(party)
    party.control.control("record/clear")
    _together(
        tries,
        partial(ask, running.app_url, "POST", f"/payments/{number}/pay", token, {"shown": ""},
            **{"Idempotency-Key": "a" * 32},
        ),
    )  # fmt: skip
    sent = [
        command
        for request in party.control.rest_requests()
        for command in request["commands"]
        if command["method"] == "crm.item.payment.pay"
    ]
    tries.note("writes", "" if len(sent) == 1 else f"{len(sent)} were sent")
    return tries.row()


def _one_refresh(running: Stage, party: Party) -> Row:
    tries = Tries("one expired token", "one exchange, and everybody is served")
    token = party.session(MANAGER)
    party.control.control("expire")
    party.control.control("record/clear")
    _together(tries, partial(ask, running.app_url, "GET", "/payments", token), _not_served)
    exchanges = _exchanges(party)
    tries.note("exchanges", "" if exchanges == 1 else f"{exchanges} were made")
    return tries.row()


def _held_database(running: Stage, party: Party, seconds: float) -> Row:
    promise = "served, or 503 with Retry-After; served afterwards"
    tries = Tries(f"a database held for {seconds:.0f} s", promise)
    path = running.environment["DATABASE_URL"].removeprefix("sqlite:///")

    def hold() -> None:
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        connection.execute("ROLLBACK")
        connection.close()

    holder = Thread(target=hold)
    holder.start()
    time.sleep(0.2)
    _together(tries, partial(_open, party), _neither_served_nor_told)
    holder.join()
    tries.send("afterwards", partial(_open, party), _not_served)
    return tries.row()


def _open(party: Party) -> requests.Response:
    fields = party.fields(MANAGER)
    page = post(party.app_url, "/placement", party.known.host, fields)
    if page.status_code != 200:
        return page
    token = page.text.partition("Bearer ")[2].partition("&")[0].partition('"')[0]
    return ask(party.app_url, "GET", "/payments?first=1", token)


def _together(
    tries: Tries, work: Work, wrong: Callable[[requests.Response], str] = lambda _answer: ""
) -> list[int]:
    with ThreadPoolExecutor(PEOPLE) as pool:
        done = [pool.submit(tries.send, f"number {n}", work, wrong) for n in range(PEOPLE)]
        answers = [future.result() for future in done]
    return [answer.status_code for answer in answers if answer is not None]


def _not_served(answer: requests.Response) -> str:
    return "" if answer.status_code == 200 else f"{answer.status_code}"


def _neither_served_nor_told(answer: requests.Response) -> str:
    is_told = answer.status_code == 503 and "Retry-After" in answer.headers
    return "" if answer.status_code == 200 or is_told else f"{answer.status_code}"


def _exchanges(party: Party) -> int:
    record = party.control.session.get(f"{party.control.url}/_control/record", timeout=SECONDS)
    return sum(request["path"] == "/oauth/token/" for request in record.json()["requests"])


def _unpaid(party: Party) -> int:
    auth = party.tokens(MANAGER)["AUTH_ID"]
    listed = party.control.call(
        "crm.item.payment.list", {"entityTypeId": 2, "entityId": 8061, "auth": auth}
    )
    return next(int(row["id"]) for row in listed if row["paid"] == "N")
