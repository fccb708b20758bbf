"""What waits to be proven by its tokens: a short list, in which nobody crowds out the others."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from b24app.services.auth.throttle import EXCHANGES_A_SENDER
from b24app.services.lifecycle import event_claims
from b24app.services.lifecycle.event_claims import LISTED, Claim, merged
from b24app.storage.models import Job
from tests.services.lifecycle.test_event_proofs import FALSE, pair
from tests.support.events import jobs_of, post
from tests.support.lifecycle import exchanges, portal_of, stored_token
from tests.support.stage import ADMIN, NOW


def claim(number, address="a", **other):
    values = {
        "event": "ONAPPUPDATE",
        "member_id": "m",
        "refresh_token": f"token-{number}",
        "server_endpoint": "",
        "application_token": "x",
        "version": "1",
        "language": "en",
        "ts": number,
        "came_at": NOW,
        "address": address,
    }
    return Claim(**values | other)


def put_in(*claims):
    payload = event_claims.written([])
    for one in claims:
        payload = merged(payload, event_claims.written([one]))
    return event_claims.read(payload)


def test_a_list_is_short_and_keeps_the_newest_of_who_fills_it():
    held = put_in(claim(-1, "genuine"), *(claim(number, "flood") for number in range(300)))

    assert len(held) == LISTED
    assert held[0].address == "genuine"
    assert held[-1].refresh_token == "token-299"


def test_the_same_event_twice_is_one_claim_and_keeps_what_was_learned():
    learned = claim(1, grant={"access": "a"}, tries=1)

    assert put_in(learned, claim(1)) == [learned]


def test_a_claim_that_is_proven_is_never_pushed_out():
    held = put_in(
        claim(-1, "flood", grant={"access": "a"}), *(claim(number, "flood") for number in range(99))
    )

    assert held[0].refresh_token == "token--1"


def test_whose_turn_it_is():
    claims = [claim(1, "many"), claim(2, "few"), claim(3, "many"), claim(4, "many")]

    def following(may_try=lambda _: True):
        return event_claims.next_of(claims, NOW, may_try)

    assert following().refresh_token == "token-2"
    assert following(lambda one: one.address == "many").refresh_token == "token-4"
    assert following(lambda _: False) is None
    claims.append(claim(5, "many", grant={"access": "a"}))
    assert following(lambda _: False).refresh_token == "token-5"
    claims[:] = [claim(6, not_before=NOW + timedelta(seconds=1))]
    assert following() is None


def test_a_genuine_update_gets_through_a_flood_of_forged_ones(stage):
    for number in range(302):
        post(stage, "ONAPPUPDATE", application_token=FALSE, refresh_token=f"forged-{number}")
    stage.portal.update_app()
    assert stage.deliver()[-1] == 200
    for number in range(30):
        post(stage, "ONAPPUPDATE", application_token=FALSE, refresh_token=f"later-{number}")

    stage.work_off()
    for _ in range(80):
        stage.advance(3)
        stage.ring()

    assert stored_token(stage) == stage.portal.installation.application_token


def test_forged_events_make_few_exchanges_and_one_row(stage):
    for number in range(350):
        post(stage, "ONAPPUPDATE", application_token=FALSE, refresh_token=f"forged-{number}")
    for _ in range(8):
        stage.work_off()
        stage.advance(3)
        stage.ring()

    assert 0 < len(exchanges(stage)) <= EXCHANGES_A_SENDER
    with stage.database.reading() as session:
        assert len(session.scalars(select(Job)).all()) == 1


def test_invented_portals_make_few_exchanges_one_row_and_hold_up_no_new_one(bare_stage):
    stage = bare_stage
    for number in range(320):
        fields = {"member_id": f"{number:032d}", "refresh_token": f"forged-{number}"}
        assert post(stage, "ONAPPINSTALL", **fields).status_code == 200
    stage.portal.install_app()
    assert post(stage, "ONAPPINSTALL", {"VERSION": "1"}, **pair(stage, ADMIN)).status_code == 200

    stage.work_off()
    for _ in range(4):
        stage.advance(3)
        stage.ring()

    assert portal_of(stage).state == "active"
    assert len(exchanges(stage)) <= EXCHANGES_A_SENDER + 1
    with stage.database.reading() as session:
        kinds = session.execute(select(Job.kind, Job.member_id)).all()
    assert {tuple(one) for one in kinds} <= {
        ("event_tokens", "*"),
        ("rebind", stage.portal.member_id),
    }


def test_a_pair_as_long_as_a_book_is_refused(stage):
    answer = post(stage, "ONAPPUPDATE", application_token=FALSE, refresh_token="r" * 600)

    assert answer.status_code == 403
    assert jobs_of(stage) == []
