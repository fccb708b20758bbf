"""Failed proofs are counted, not traffic: what strangers are told, and what they cost at most."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from b24app.storage.models import FailedProof, Job, Lease
from tests.support.floods import (
    A_MINUTE,
    ADDRESS,
    IN_ALL,
    OF_PORTAL,
    OPENINGS_IN_ALL,
    OPENINGS_SENDER,
    SENDER,
    UNKNOWN,
    forged,
    forged_codes,
    forged_frames,
    forged_installs,
    forged_moves,
    forged_openings,
    forged_reinstalls,
    forged_sessions,
    send,
    use_small_figures,
)
from tests.support.stage import ADMIN, DEAL, MANAGER, token_in


@pytest.fixture(autouse=True)
def _small_figures(monkeypatch):
    use_small_figures(monkeypatch)


def exchanges(stage):
    return [one for one in stage.portal.recorder.requests if one.path == "/oauth/token/"]


def rows(stage, model):
    with stage.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model))


def test_an_address_that_fails_too_often_is_told_so(stage):
    assert forged_sessions(stage, A_MINUTE) == [401] * A_MINUTE
    assert forged_sessions(stage, 1) == [429]
    assert forged_frames(stage, 1) == [429]

    stage.advance(61)

    assert forged_sessions(stage, 1) == [401]


def test_too_many_failures_are_no_reason_to_call_us_unhealthy(stage, client):
    forged_sessions(stage)

    answers = [client.get(path).status_code for path in ("/healthz", "/readyz")]
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


def test_old_addresses_that_are_written_as_new_ones_are_senders_of_their_own(stage):
    forged_installs(stage, 12, "::ffff:192.0.2.1")
    assert len(exchanges(stage)) == SENDER

    assert forged_installs(stage, 2, "::ffff:198.51.100.7") == [403, 403]


@pytest.mark.parametrize("address", ["192.0.2.1:{}", "[2001:db8:0:1::7]:{}", "::ffff:192.0.2.1"])
def test_an_address_with_the_port_of_its_connection_is_one_sender(stage, address):
    for number in range(12):
        forged_installs(stage, 1, address.format(50_000 + number))

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
    "flood",
    [forged_codes, forged_sessions, forged_frames, forged_openings, forged_installs, forged_moves],
)
def test_a_flood_leaves_a_handful_of_rows(stage, flood):
    flood(stage)

    assert rows(stage, FailedProof) < 10
    assert rows(stage, Job) < 10
    assert rows(stage, Lease) < 10


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
