"""Failed proofs are counted, not traffic, and no count is a weapon (decisions 29).

Every flood comes from the address that its victims share, as when a web page makes the browsers of
an office send it: whoever can prove something is served all the same.
"""

from __future__ import annotations

import secrets
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select

from b24app.services import proofs
from b24app.simulator.state import MEMBER_ID
from b24app.storage.models import FailedProof, Job
from tests.stage import ADMIN, DEAL, MANAGER, PORTAL, token_in
from tests.web.app_page import open_page
from tests.web.test_events import post
from tests.web.test_oauth import Browser

A_MINUTE, SENDER, ADDRESS, IN_ALL, OF_PORTAL = 30, 4, 8, 16, 8
OPENINGS_SENDER, OPENINGS_IN_ALL = 6, 12
UNKNOWN = "f" * 32
EVIL = "https://pages.evil.example"
OWN = f"http://{PORTAL}"


@pytest.fixture(autouse=True)
def _small_figures(monkeypatch):
    """A tenth of the real figures, so that a flood takes a tenth of the time."""
    assert proofs.A_MINUTE == 300
    monkeypatch.setattr(proofs, "A_MINUTE", A_MINUTE)
    monkeypatch.setattr(proofs, "EXCHANGES_A_SENDER", SENDER)
    monkeypatch.setattr(proofs, "EXCHANGES_AN_ADDRESS", ADDRESS)
    monkeypatch.setattr(proofs, "EXCHANGES_IN_ALL", IN_ALL)
    monkeypatch.setattr(proofs, "EXCHANGES_A_PORTAL", OF_PORTAL)
    monkeypatch.setattr(proofs, "OPENINGS_A_SENDER", OPENINGS_SENDER)
    monkeypatch.setattr(proofs, "OPENINGS_IN_ALL", OPENINGS_IN_ALL)


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


def exchanges(stage):
    return [one for one in stage.portal.recorder.requests if one.path == "/oauth/token/"]


def rows(stage, model):
    with stage.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model))


# What strangers send.


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


# What people and portals do meanwhile. Each answers whether it was served.


def is_read(_stage, tab):
    return tab.show().status_code == 200


def is_written(_stage, tab):
    return tab.post("/payments/1038/pay").status_code == 200


def is_opened(stage, _tab):
    return stage.tab(MANAGER).answer.status_code == 200


def is_session_renewed(stage, tab):
    token = stage.portal.issue_tokens(MANAGER)
    fields = {"AUTH_ID": token.access_token, "REFRESH_ID": token.refresh_token}
    headers = {"Authorization": f"Bearer {tab.token}"}
    return stage.client.post("/session", data=fields, headers=headers).status_code == 200


def are_settings_shown(stage, _tab):
    return open_page(stage).get("/settings", first="1").status_code == 200


def is_installed_again(stage, _tab):
    return stage.frame("/install", stage.post_fields(ADMIN)).status_code == 200


def is_moved(stage, _tab):
    """A portal was renamed: the first colleague who opens a card tells us, and is believed."""
    fields = stage.post_fields(MANAGER, DEAL, {"ID": "8061"})
    stage.portal.move("portal.moved.example:8024")
    answer = stage.frame("/placement", fields, DOMAIN="portal.moved.example:8024")
    fields = stage.post_fields(MANAGER, DEAL, {"ID": "8061"})
    stage.portal.move(PORTAL)
    back = stage.frame("/placement", fields)
    return answer.status_code == back.status_code == 200


def is_signed_in_outside(stage, _tab):
    browser = Browser(stage)
    answer = browser.get("/oauth/callback", **browser.log_in(browser.start()))
    return answer.status_code == 200


def is_uninstall_heard(stage, _tab):
    return post(stage, "ONAPPUNINSTALL", {"CLEAN": "1"}).status_code == 200


VICTIMS = [
    is_read,
    is_written,
    is_opened,
    is_session_renewed,
    are_settings_shown,
    is_installed_again,
    is_moved,
    is_signed_in_outside,
    is_uninstall_heard,
]


UNPROVABLE = {forged_codes: {is_signed_in_outside}}
"""A login outside of Bitrix24 is proven by its code alone. No web page can make a browser send
invented ones; whoever runs a program in the same network can, and for that minute nobody signs in
from there."""


@pytest.mark.parametrize("flood", FLOODS, ids=lambda flood: flood.__name__)
def test_a_flood_keeps_nobody_out_who_can_prove_something(stage, flood):
    tab = stage.tab(MANAGER)

    flood(stage)

    kept_out = {victim for victim in VICTIMS if not victim(stage, tab)}
    assert kept_out == UNPROVABLE.get(flood, set())


@pytest.mark.parametrize("flood", BEFORE_ANY_PORTAL, ids=lambda flood: flood.__name__)
def test_a_flood_keeps_no_new_portal_out(bare_stage, flood):
    stage = bare_stage
    stage.portal.install_app()

    flood(stage)

    page = stage.client.post(
        "/install",
        query_string={"DOMAIN": PORTAL, "PROTOCOL": "0", "LANG": "en"},
        data=stage.post_fields(ADMIN),
        headers={"Origin": OWN},
    )
    assert page.status_code == 200


# What strangers get, and what they cost.


def test_an_address_that_fails_too_often_is_told_so(stage):
    assert forged_sessions(stage, A_MINUTE) == [401] * A_MINUTE
    assert forged_sessions(stage, 1) == [429]
    assert forged_frames(stage, 1) == [429]

    stage.advance(61)

    assert forged_sessions(stage, 1) == [401]


def test_too_many_failures_are_no_reason_to_call_us_unhealthy(stage):
    forged_sessions(stage)

    answers = [stage.client.get(path).status_code for path in ("/healthz", "/readyz")]
    assert answers == [200, 200]


@pytest.mark.parametrize("flood", [forged_installs, forged_reinstalls, forged_moves])
def test_one_sender_makes_few_exchanges_with_our_secret(stage, flood):
    before = len(exchanges(stage))

    answers = flood(stage)

    assert len(exchanges(stage)) - before == SENDER
    assert set(answers[:SENDER]) <= {401, 403}
    assert set(answers[SENDER:]) == {429}


def test_codes_of_invented_logins_make_few_exchanges(stage):
    before = len(exchanges(stage))

    assert forged_codes(stage)[:2] == [401, 401]

    assert len(exchanges(stage)) - before == SENDER


def test_the_sites_of_one_address_share_what_an_address_may(stage):
    for number in range(20):
        forged_installs(stage, 2, origin=f"https://x.evil{number}.example")

    assert ADDRESS <= len(exchanges(stage)) <= 2 * ADDRESS


def test_a_site_and_its_neighbours_are_one_sender(stage):
    for number in range(12):
        forged_installs(stage, 1, origin=f"https://x{number}.evil.example:8{number:03}")

    assert len(exchanges(stage)) == SENDER


def test_a_network_of_the_new_kind_of_addresses_is_one_sender(stage):
    for number in range(12):
        forged_installs(stage, 1, f"2001:db8:0:1::{number:x}")

    assert len(exchanges(stage)) == SENDER


def test_all_strangers_together_make_few_exchanges_and_a_latecomer_still_one(stage):
    for number in range(8):
        forged_installs(stage, 5, f"192.0.2.{number}")
    assert len(exchanges(stage)) < 2 * IN_ALL
    before = len(exchanges(stage))

    assert forged_installs(stage, 2, "198.51.100.1") == [403, 429]

    assert len(exchanges(stage)) == before + 1


def test_an_insider_spends_the_exchanges_of_their_own_portal_only(stage):
    stage.advance(61)
    token = stage.portal.installation.application_token
    answers = forged_moves(stage, 20, application_token=token)

    assert answers.count(429) == 20 - OF_PORTAL
    assert forged_installs(stage, 1, origin="https://new.example") == [403]


def test_a_portal_that_installs_again_and_again_is_told_so(stage):
    answers = [
        stage.frame("/install", stage.post_fields(ADMIN)).status_code for _ in range(OF_PORTAL + 2)
    ]

    assert answers[:5] == [200] * 5
    assert answers[-1] == 429


def test_strangers_make_few_calls_to_a_portal_in_its_people_s_name(stage):
    answers = forged_openings(stage, OPENINGS_SENDER + 5)

    assert answers == [401] * OPENINGS_SENDER + [429] * 5
    assert len(stage.http_calls) == OPENINGS_SENDER


def test_strangers_of_many_addresses_make_few_calls_to_a_portal(stage):
    for number in range(20):
        forged_openings(stage, 2, f"192.0.2.{number}")

    assert OPENINGS_IN_ALL <= len(stage.http_calls) <= 2 * OPENINGS_IN_ALL


def test_a_portal_that_sends_no_application_token_is_served_at_other_addresses(stage):
    forged_openings(stage, OPENINGS_SENDER + 5)
    fields = stage.post_fields(MANAGER, DEAL, {"ID": "8061"})
    del fields["APPLICATION_TOKEN"]

    shell = send(stage, "/placement", fields, "198.51.100.1")
    headers = {"Authorization": f"Bearer {token_in(shell)}", "HX-Request": "true"}
    shown = stage.client.get(
        "/payments", headers=headers, environ_base={"REMOTE_ADDR": "198.51.100.1"}
    )

    assert shown.status_code == 200


@pytest.mark.parametrize(
    "flood", [forged_sessions, forged_frames, forged_openings, forged_installs, forged_moves]
)
def test_a_flood_leaves_a_handful_of_rows(stage, flood):
    flood(stage)

    assert rows(stage, FailedProof) < 10
    assert rows(stage, Job) < 10


def test_counts_of_earlier_minutes_go_without_waiting_for_the_hour(stage):
    for number in range(8):
        forged_frames(stage, 1)
        forged_installs(stage, 1, f"192.0.2.{number}")
    stage.advance(61)

    forged_sessions(stage, 1)

    assert rows(stage, FailedProof) <= 2


def test_no_row_shows_an_address(stage):
    forged_frames(stage, 1)
    forged_installs(stage, 1, "192.0.2.77")

    with stage.database.reading() as session:
        names = list(session.scalars(select(FailedProof.name)))
    assert names
    assert not any("192.0" in name or "127.0" in name or "evil" in name for name in names)


def test_silence_of_the_authorization_server_counts_for_nobody(bare_stage):
    stage = bare_stage
    stage.portal.install_app()
    stage.portal.faults.add("oauth/token", "error_500", times=SENDER + 5)
    for _ in range(SENDER + 5):
        assert stage.frame("/install", stage.post_fields(ADMIN)).status_code == 502

    assert stage.frame("/install", stage.post_fields(ADMIN)).status_code == 200


def test_words_say_when_to_try_again(stage):
    answer = send(stage, "/install", forged(UNKNOWN))
    for _ in range(SENDER):
        answer = send(stage, "/install", forged(UNKNOWN))

    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "60"
    assert "Too many attempts" in answer.text
