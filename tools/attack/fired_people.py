"""Events of people who left, and events that come again, late or in another order."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import permutations
from typing import Any

import requests
from sqlalchemy import select

from b24app.storage import models
from b24app.storage.session import Database
from tools.attack.people import SECONDS
from tools.attack.report import Row
from tools.attack.tries import Tries
from tools.attack.two_portals import ADMIN, MANAGER, READER, Party, ask, first_portal
from tools.stage import Stage
from tools.visitor import Visitor

FALSE = "c917d38f6bdb84e9d9e0bfe9d585be73"
WITH_TOKENS = ("ONAPPINSTALL", "ONAPPUPDATE")
WORKED_OFF_SECONDS = 25.0
ERASED_SECONDS = 20.0


def fired_people(running: Stage) -> Iterator[Row]:
    """Events with tokens of people who left or never administered; genuine ones again and late."""
    party = first_portal(running)
    party.control.control("limits", rate="off", operating="off")
    genuine = [_updated(running, party) for _ in range(2)]
    yield _of_people_who_left(running, party)
    yield _again_and_late(running, party, genuine)
    yield _after_a_new_installation(running, party)


def _of_people_who_left(running: Stage, party: Party) -> Row:
    tries = Tries("events with a person's own tokens", "nothing of the installation changes")
    before = _stored(running)
    for number, (user, is_fired) in enumerate(
        ((MANAGER, False), (READER, False), (MANAGER, True), (ADMIN, True))
    ):
        pairs = [party.tokens(user) for _ in range(4)]
        if is_fired:
            party.control.control("dismiss", user=user)
        for event, stamp, pair in zip(WITH_TOKENS * 2, ("1", "", "9", "9" * 9), pairs, strict=True):
            form = _form(party, event, FALSE, ts=stamp, **{"data[VERSION]": "99"})
            form["auth[refresh_token]"] = pair["REFRESH_ID"]
            form["auth[access_token]"] = pair["AUTH_ID"]
            tries.send(f"{event} of {user}", partial(_send, running, form, number))
        time.sleep(WORKED_OFF_SECONDS)
        party.control.control("dismiss", user=user, active="1")
        changed = _changes(before, _stored(running))
        tries.saw(f"after user {user}", changed)
    tries.send("the app afterwards", partial(_open, party), _not_served)
    return tries.row()


def _again_and_late(running: Stage, party: Party, genuine: list[Mapping[str, Any]]) -> Row:
    tries = Tries("genuine events again, in any order", "the newest stays, and nothing is erased")
    before = _stored(running)
    for order in permutations(genuine):
        for body in order:
            form = dict(_flat(body))
            tries.send("an update again", partial(_send, running, form, 40))
    old = str(genuine[0]["auth"]["application_token"])
    for token, clean in ((old, "1"), (FALSE, "1"), ("", "1"), (_token(party), "1"), (old, "0")):
        form = _form(party, "ONAPPUNINSTALL", token, **{"data[CLEAN]": clean})
        for _ in range(5):
            tries.send("an uninstallation nobody made", partial(_send, running, form, 41))
    time.sleep(WORKED_OFF_SECONDS)
    tries.saw("the installation", _changes(before, _stored(running)))
    tries.send("the app afterwards", partial(_open, party), _not_served)
    return tries.row()


def _after_a_new_installation(running: Stage, party: Party) -> Row:
    tries = Tries("what the former installation left", "the present one is not concerned")
    former = _token(party)
    party.control.control("uninstall", clean="1")
    seconds = _until_gone(running)
    tries.saw("erased", "" if seconds <= ERASED_SECONDS else "never erased")
    Visitor(running.portal_url).install_app()
    before = _stored(running)
    for event in ("ONAPPUNINSTALL", "ONAPPUPDATE", "ONAPPINSTALL", "ONAPPPAYMENT"):
        form = _form(party, event, former, **{"data[CLEAN]": "1"})
        tries.send(f"{event} of the former", partial(_send, running, form, 42))
    time.sleep(WORKED_OFF_SECONDS)
    tries.saw("the new installation", _changes(before, _stored(running)))
    tries.send("the app afterwards", partial(_open, party), _not_served)
    return tries.row()


def _updated(running: Stage, party: Party) -> Mapping[str, Any]:
    """Let the portal update the app; return the event it sent once everything is bound again."""
    party.control.control("update")
    for _ in range(900):
        time.sleep(0.1)
        sent = _get(party, "events")["attempts"]
        updates = [event for event in sent if event["event"].upper() == "ONAPPUPDATE"]
        handlers = _get(party, "state")["installation"]["event_handlers"]
        if updates and len(handlers) >= 4:
            time.sleep(1)
            return {**updates[-1]["body"], "ts": str(int(time.time()))}
    del running
    raise RuntimeError("the portal's update was not heard")


def _get(party: Party, what: str) -> dict[str, Any]:
    answer = party.control.session.get(f"{party.control.url}/_control/{what}", timeout=SECONDS)
    return dict(answer.json())


def _token(party: Party) -> str:
    return str(_get(party, "state")["installation"]["application_token"])


def _form(party: Party, event: str, token: str, **more: str) -> dict[str, str]:
    form = {
        "event": event,
        "auth[member_id]": party.known.member_id,
        "auth[application_token]": token,
        **more,
    }
    return {name: value for name, value in form.items() if value}


def _flat(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}[{key}]" if name else str(key))
    elif value is not None:
        yield name, str(value)


def _send(running: Stage, form: Mapping[str, str], number: int) -> requests.Response:
    headers = {"X-Forwarded-For": f"198.51.100.{number + 1}"}
    return requests.post(
        f"{running.app_url}/events", data=dict(form), headers=headers, timeout=SECONDS
    )


def _open(party: Party) -> requests.Response:
    return ask(party.app_url, "GET", "/payments?first=1", party.session(MANAGER))


def _not_served(answer: requests.Response) -> str:
    return "" if answer.status_code == 200 else f"{answer.status_code}"


def _stored(running: Stage) -> dict[str, object]:
    """What an event could change, of the one portal that is there."""
    database = Database(running.environment["DATABASE_URL"]).of_all()
    with database.reading() as session:
        portal = session.scalars(select(models.Portal)).first()
    database.close()
    names = ("application_token_sealed", "grant_user_id", "grant_access_sealed", "state",
             "client_endpoint", "installed_version", "installation_id")  # fmt: skip
    return {} if portal is None else {name: getattr(portal, name) for name in names}


def _changes(before: Mapping[str, object], after: Mapping[str, object]) -> str:
    if not after:
        return "the portal is gone"
    changed = [name for name, value in before.items() if after.get(name) != value]
    return f"changed: {', '.join(changed)}" if changed else ""


def _until_gone(running: Stage) -> float:
    started = time.monotonic()
    while _stored(running) and time.monotonic() - started < 2 * ERASED_SECONDS:
        time.sleep(0.2)
    return time.monotonic() - started
