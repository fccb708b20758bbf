"""What strangers send in great numbers, and the small figures with which tests count it."""

from __future__ import annotations

import secrets
from urllib.parse import parse_qs, urlsplit

from b24app.services.auth import throttle
from b24app.simulator.portal_state.state import MEMBER_ID
from tests.support.events import post
from tests.support.login import Browser
from tests.support.stage import DEAL, PORTAL, token_in

A_MINUTE, SENDER, ADDRESS, IN_ALL, OF_PORTAL = 30, 4, 8, 16, 8
OPENINGS_SENDER, OPENINGS_IN_ALL = 6, 12
UNKNOWN = "f" * 32
EVIL = "https://pages.evil.example"


def use_small_figures(monkeypatch):
    """A tenth of the real figures, so that a flood takes a tenth of the time."""
    assert throttle.A_MINUTE == 300
    monkeypatch.setattr(throttle, "A_MINUTE", A_MINUTE)
    monkeypatch.setattr(throttle, "EXCHANGES_A_SENDER", SENDER)
    monkeypatch.setattr(throttle, "EXCHANGES_AN_ADDRESS", ADDRESS)
    monkeypatch.setattr(throttle, "EXCHANGES_IN_ALL", IN_ALL)
    monkeypatch.setattr(throttle, "EXCHANGES_A_PORTAL", OF_PORTAL)
    monkeypatch.setattr(throttle, "OPENINGS_A_SENDER", OPENINGS_SENDER)
    monkeypatch.setattr(throttle, "OPENINGS_IN_ALL", OPENINGS_IN_ALL)


def forged(member_id, application_token="", **changes):
    return {
        "AUTH_ID": secrets.token_hex(35),
        "AUTH_EXPIRES": "3600",
        "REFRESH_ID": secrets.token_hex(35),
        "member_id": member_id,
        "APPLICATION_TOKEN": application_token,
        "PLACEMENT": DEAL,
        "PLACEMENT_OPTIONS": '{"ID":"8061"}',
        **changes,
    }


def send(stage, path, fields, address="127.0.0.1", origin="", **query):
    query = {"DOMAIN": PORTAL, "PROTOCOL": "0", "LANG": "en", **query}
    headers = {"Origin": origin} if origin else {}
    return stage.client.post(
        path,
        query_string=query,
        data=fields,
        headers=headers,
        environ_base={"REMOTE_ADDR": address},
    )


def forged_sessions(stage, times=A_MINUTE + 2):
    headers = {"Authorization": "Bearer forged.session.token"}
    return [stage.client.get("/payments", headers=headers).status_code for _ in range(times)]


def forged_frames(stage, times=A_MINUTE + 2):
    return [
        send(stage, "/placement", forged(secrets.token_hex(16)), origin=EVIL).status_code
        for _ in range(times)
    ]


def forged_pages(stage, times=A_MINUTE + 2):
    return [send(stage, "/", forged(UNKNOWN), origin=EVIL).status_code for _ in range(times)]


def forged_openings(stage, times=OPENINGS_SENDER + 5, address="127.0.0.1"):
    """Openings of this very portal with tokens of nobody, down to the first content."""
    answers = []
    for _ in range(times):
        shell = send(stage, "/placement", forged(MEMBER_ID), address)
        assert shell.status_code == 200
        headers = {"Authorization": f"Bearer {token_in(shell)}", "HX-Request": "true"}
        answer = stage.client.get(
            "/payments?first=1", headers=headers, environ_base={"REMOTE_ADDR": address}
        )
        answers.append(answer.status_code)
    return answers


def forged_installs(stage, times=20, address="127.0.0.1", member_id="", origin=EVIL):
    return [
        send(
            stage, "/install", forged(member_id or secrets.token_hex(16)), address, origin
        ).status_code
        for _ in range(times)
    ]


def forged_reinstalls(stage):
    return forged_installs(stage, member_id=MEMBER_ID)


def forged_moves(stage, times=20, address="127.0.0.1", application_token=""):
    fields = [forged(MEMBER_ID, application_token) for _ in range(times)]
    host = "moved.example"
    return [
        send(stage, "/placement", one, address, EVIL, DOMAIN=host).status_code for one in fields
    ]


def forged_codes(stage, times=20):
    answers = []
    for _ in range(times):
        browser = Browser(stage)
        state = parse_qs(urlsplit(browser.start().location).query)["state"][0]
        answer = browser.get("/oauth/callback", code=secrets.token_hex(16), state=state)
        answers.append(answer.status_code)
    return answers


def forged_events(stage, times=A_MINUTE + 20):
    for number in range(times):
        post(
            stage,
            ("ONAPPUPDATE", "ONAPPINSTALL", "ONAPPUNINSTALL")[number % 3],
            application_token=secrets.token_hex(16),
            refresh_token=secrets.token_hex(35),
            member_id=MEMBER_ID if number % 2 else secrets.token_hex(16),
        )


FLOODS = [
    forged_sessions,
    forged_frames,
    forged_pages,
    forged_openings,
    forged_installs,
    forged_reinstalls,
    forged_moves,
    forged_codes,
    forged_events,
]

BEFORE_ANY_PORTAL = [
    one for one in FLOODS if one not in {forged_openings, forged_codes, forged_moves}
]
