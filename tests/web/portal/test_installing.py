"""The wizard: what may fail in it, and the way out that each sentence names."""

from __future__ import annotations

import re
from dataclasses import astuple, replace

import pytest
from sqlalchemy import select

from b24app import errors
from b24app.simulator.portal_state.switches import OddValue
from b24app.storage import portals
from b24app.storage.models import Base, PendingGrant, Portal
from b24app.web.words.error_words import words_at
from b24app.web.words.sentences import Place
from tests.support.app_page import bound_codes
from tests.support.stage import ADMIN, CLIENT, DEAL, INVOICE, MANAGER, OAUTH, token_in

ORIGIN = "http://localhost:8024"
CARD_WORDS = re.compile(r"Refresh|this card|the card|this tab|payments here", re.IGNORECASE)
LIVE = re.compile(r'id="live"[^>]*>([^<]*)<')
STEP = re.compile(r'<li class="is-(\w+)"')


def start(stage, user_id=ADMIN):
    if stage.portal.installation is None:
        stage.portal.install_app()
    return stage.frame("/install", stage.post_fields(user_id))


def started(stage, user_id=ADMIN):
    """A wizard whose first step is done."""
    page = start(stage, user_id)
    assert STEP.findall(page.text)[0] == "done"
    return page


def run(stage, page, step):
    headers = {"Authorization": f"Bearer {token_in(page)}", "HX-Request": "true"}
    return stage.client.post(f"/install/steps/{step}", headers=headers)


def ancestors(answer):
    policy = answer.headers["Content-Security-Policy"]
    return policy.partition("frame-ancestors ")[2]


def rows(stage):
    """Everything that is stored, apart from counts of failed proofs."""
    tables = [one for one in Base.metadata.sorted_tables if one.name != "failed_proofs"]
    with stage.database.reading() as session:
        return {one.name for one in tables if session.execute(select(one)).first() is not None}


def kinds(root=errors.AppError):
    yield root
    for one in root.__subclasses__():
        if one.__module__.startswith(errors.__name__):
            yield from kinds(one)


CARD_ONLY = (
    errors.ChangedMeanwhileError,
    errors.PaidLockedError,
    errors.GoneError,
    errors.UnrecordedError,
)


@pytest.mark.parametrize("place", [Place.INSTALLER, Place.APP_PAGE])
def test_no_sentence_outside_of_a_card_speaks_of_one(place):
    for kind in kinds():
        if issubclass(kind, CARD_ONLY) or kind.__name__ == "CardBusyError":
            continue
        words = words_at(place, kind)
        assert not CARD_WORDS.search(f"{words.title} {words.text}"), kind


@pytest.mark.parametrize(
    "kind",
    ["denied", "false", "null", "error_500", "unexpected", "html", "busy", "operation_limit"],
)
@pytest.mark.parametrize(("step", "method"), [("tabs", "placement.bind"), ("events", "event.bind")])
def test_a_failed_step_says_to_try_again_and_can_be(bare_stage, step, method, kind):
    page = start(bare_stage)
    bare_stage.portal.faults.add(method, kind, times=9)

    failed = run(bare_stage, page, step)

    assert failed.status_code >= 400
    note = re.search(r'role="alert">.*?<p>(.*?)</p>', failed.text, re.DOTALL).group(1)
    assert re.search(r"Try again|try again|press Try again", note)
    assert not CARD_WORDS.search(note)
    assert f'hx-post="/install/steps/{step}"' in failed.text
    bare_stage.portal.faults.clear()
    went_on = run(bare_stage, page, step)
    # Said by the region that the page had before.
    said = {"tabs": "Step 4 of 5: Connect events", "events": "Step 5 of 5: Check the result"}[step]
    assert [*map(LIVE.findall, (page.text, failed.text, went_on.text))] == [[""], [""], [said]]
    assert went_on.status_code == 200


def test_a_portal_too_old_for_payments_reads_so_before_anything_is_stored(bare_stage):
    bare_stage.portal.install_app()
    bare_stage.portal.switches.missing_methods = {"crm.item.payment.*"}

    page = start(bare_stage)

    assert STEP.findall(page.text)[0] == "fail"
    assert "Your Bitrix24 is too old for this" in page.text
    assert rows(bare_stage) == {"pending_grants"}
    bare_stage.portal.switches.missing_methods = set()
    assert run(bare_stage, page, "verify").status_code == 200


@pytest.mark.parametrize("text", ['{"isExisting": false, "isAvailable": false}', "false"])
def test_an_old_word_of_a_portal_about_its_methods_keeps_nobody_out(bare_stage, text):
    bare_stage.portal.install_app()
    bare_stage.portal.switches.odd_values.append(OddValue("method.get", "*", text, 0))

    assert STEP.findall(start(bare_stage).text)[0] == "done"


@pytest.mark.parametrize("kind", ["busy", "error_500", "html", "close_before"])
def test_a_portal_that_does_not_say_who_installs_fails_the_first_step_in_its_frame(
    bare_stage, kind
):
    bare_stage.portal.install_app()
    bare_stage.portal.faults.add("batch", kind, times=9)

    page = start(bare_stage)

    assert page.status_code >= 500
    assert ancestors(page) == ORIGIN
    assert STEP.findall(page.text) == ["fail", "todo", "todo", "todo", "todo"]
    assert 'hx-post="/install/steps/verify"' in page.text
    # The posted refresh token is used up, so the pair it was exchanged for waits here.
    assert rows(bare_stage) == {"pending_grants"}
    still = run(bare_stage, page, "verify")
    assert STEP.findall(still.text)[0] == "fail"
    bare_stage.portal.faults.clear()

    done = run(bare_stage, page, "verify")

    assert done.status_code == 200, done.text
    assert STEP.findall(done.text) == ["done", "done", "now", "todo", "todo"]
    for step in ("tabs", "events", "finish"):
        assert run(bare_stage, page, step).status_code == 200
    assert bound_codes(bare_stage) == [DEAL, INVOICE]
    assert "pending_grants" not in rows(bare_stage)


def test_the_token_of_a_failed_first_step_opens_nothing_else(bare_stage):
    bare_stage.portal.install_app()
    bare_stage.portal.faults.add("batch", "error_500", times=2)
    page = start(bare_stage)

    for step in ("tabs", "events", "finish"):
        assert run(bare_stage, page, step).status_code in {401, 403}
    assert bound_codes(bare_stage) == []


def test_a_session_of_a_tab_begins_no_installation(stage):
    tab = stage.tab(MANAGER)

    answer = stage.client.post("/install/steps/verify", headers=tab.headers())

    assert answer.status_code == 404


def test_somebody_without_administration_gets_a_clear_page_also_after_a_retry(bare_stage):
    bare_stage.portal.install_app()
    bare_stage.portal.faults.add("batch", "error_500", times=2)
    page = start(bare_stage, MANAGER)

    refused = run(bare_stage, page, "verify")

    assert refused.status_code == 403
    assert "Ask an administrator of your Bitrix24 to install Deal Payments." in refused.text
    assert "Try again" not in refused.text
    assert rows(bare_stage) == set()


def test_a_silent_authorization_server_is_said_in_the_frame(stage):
    for member_id in (stage.portal.member_id, "0" * 32):
        stage.portal.faults.add("oauth/token", "silent", times=2)
        fields = {**stage.post_fields(ADMIN), "member_id": member_id}

        page = stage.frame("/install", fields)

        assert page.status_code == 502
        assert ancestors(page) == ORIGIN
        assert "The authorization server did not answer" in page.text
        stage.portal.faults.clear()


def test_a_page_without_scripts_has_no_button(bare_stage):
    page = bare_stage.frame("/placement", {**bare_stage_fields(), "PLACEMENT": DEAL})

    assert page.status_code == 403
    assert "<script" not in page.text
    assert "<button" not in page.text


def bare_stage_fields():
    return {
        "AUTH_ID": "a" * 32,
        "REFRESH_ID": "b" * 32,
        "AUTH_EXPIRES": "3600",
        "member_id": "0" * 32,
        "SERVER_ENDPOINT": f"http://{OAUTH}/rest/",
        "APPLICATION_TOKEN": CLIENT["B24_CLIENT_ID"],
        "PLACEMENT_OPTIONS": '{"ID":"8061"}',
    }


# The pair of an installation that has to wait for the portal.


def failed_installer(stage):
    """A wizard whose first step failed, because the portal did not say who installs."""
    stage.portal.install_app()
    stage.portal.faults.add("batch", "error_500", times=2)
    page = start(stage)
    stage.portal.faults.clear()
    assert page.status_code >= 500
    return page


def pending(stage):
    with stage.database.reading() as session:
        return session.scalars(select(PendingGrant)).all()


def test_no_token_of_the_portal_travels_in_the_wizards_session_not_even_sealed(bare_stage):
    page = failed_installer(bare_stage)

    ticket = bare_stage.app.extensions["b24app"].session_tokens.read(token_in(page))

    assert ticket.sealed == ""
    assert not any(len(str(one)) > 40 for one in astuple(ticket))
    assert len(pending(bare_stage)) == 1


def test_the_waiting_pair_is_good_for_half_an_hour(bare_stage):
    page = failed_installer(bare_stage)
    bare_stage.advance(30 * 60 - 1)
    assert run(bare_stage, page, "verify").status_code == 200

    again = failed_again(bare_stage)
    bare_stage.advance(30 * 60)

    assert run(bare_stage, again, "verify").status_code == 401


def failed_again(stage):
    stage.portal.faults.add("batch", "error_500", times=2)
    page = start(stage)
    stage.portal.faults.clear()
    return page


def test_a_pair_nobody_comes_back_for_is_swept_away(bare_stage):
    failed_installer(bare_stage)
    bare_stage.advance(30 * 60 - 1)
    bare_stage.run_housekeeping()
    assert len(pending(bare_stage)) == 1

    bare_stage.advance(1)
    bare_stage.run_housekeeping()

    assert pending(bare_stage) == []


def test_the_next_installation_sweeps_it_away_as_well(bare_stage):
    failed_installer(bare_stage)
    bare_stage.advance(30 * 60)

    failed_again(bare_stage)

    assert len(pending(bare_stage)) == 1


@pytest.mark.parametrize("keep_settings", [True, False])
def test_uninstalling_erases_it_and_the_wizard_has_to_start_again(stage, keep_settings):
    page = failed_again(stage)
    with stage.deps.db.transaction() as session:
        portals.erase(session, stage.portal.member_id, keep_settings=keep_settings)
    assert pending(stage) == []

    answer = run(stage, page, "verify")

    assert answer.status_code == 401
    with stage.deps.db.reading() as session:
        assert session.scalars(select(Portal)).all() == []


def test_the_pair_of_somebody_who_may_not_install_is_not_kept(bare_stage):
    bare_stage.portal.install_app()
    bare_stage.portal.faults.add("batch", "error_500", times=2)
    page = start(bare_stage, MANAGER)
    bare_stage.portal.faults.clear()
    assert len(pending(bare_stage)) == 1

    assert run(bare_stage, page, "verify").status_code == 403

    assert rows(bare_stage) == set()
    assert run(bare_stage, page, "verify").status_code == 401


def test_the_pair_of_an_installer_opens_no_settings_and_no_step(stage):
    page = failed_again(stage)
    headers = {"Authorization": f"Bearer {token_in(page)}", "HX-Request": "true"}

    for step in ("tabs", "events", "finish"):
        assert run(stage, page, step).status_code == 401
    assert stage.client.get("/settings", headers=headers).status_code == 401
    assert len(pending(stage)) == 1


def test_a_second_wizard_cannot_use_the_pair_of_the_first(bare_stage):
    page = failed_installer(bare_stage)
    ticket = bare_stage.app.extensions["b24app"].session_tokens.read(token_in(page))
    forged = replace(ticket, member_id="d" * 32)
    token = bare_stage.app.extensions["b24app"].session_tokens.sign(forged)
    headers = {"Authorization": f"Bearer {token}", "HX-Request": "true"}

    answer = bare_stage.client.post("/install/steps/verify", headers=headers)

    assert answer.status_code == 401
    assert rows(bare_stage) == {"pending_grants"}


# Who runs the steps is asked of the portal each time.


@pytest.mark.parametrize("step", ["tabs", "events", "finish"])
def test_somebody_who_administers_no_more_runs_no_step(bare_stage, step):
    bare_stage.portal.install_app()
    page = start(bare_stage)
    for before in ("tabs", "events", "finish"):
        if before == step:
            break
        assert run(bare_stage, page, before).status_code == 200
    bound = bound_codes(bare_stage), len(bare_stage.portal.installation.event_handlers)
    bare_stage.portal.users[ADMIN].is_admin = False

    answer = run(bare_stage, page, step)

    assert answer.status_code == 403
    assert "Ask an administrator of your Bitrix24 to install Deal Payments." in answer.text
    assert "Try again" not in answer.text
    assert (bound_codes(bare_stage), len(bare_stage.portal.installation.event_handlers)) == bound
    with bare_stage.deps.db.reading() as session:
        portal = portals.find(session, bare_stage.portal.member_id)
        assert portal.state == "installing"


@pytest.mark.parametrize("kind", ["busy", "error_500", "close_before"])
@pytest.mark.parametrize("step", ["tabs", "events", "finish"])
def test_a_step_waits_until_the_portal_says_who_runs_it(bare_stage, step, kind):
    bare_stage.portal.install_app()
    page = start(bare_stage)
    bare_stage.portal.faults.add("profile", kind, times=9)

    failed = run(bare_stage, page, step)

    assert failed.status_code >= 500
    assert f'hx-post="/install/steps/{step}"' in failed.text
    assert bound_codes(bare_stage) == []
    bare_stage.portal.faults.clear()
    assert run(bare_stage, page, step).status_code == 200


@pytest.mark.parametrize("step", ["tabs", "events", "finish"])
def test_a_step_asks_once_who_runs_it_and_sends_one_batch(bare_stage, step):
    bare_stage.portal.install_app()
    page = start(bare_stage)
    bare_stage.forget_calls()

    run(bare_stage, page, step)

    paths = [one.path for one in bare_stage.http_calls]
    assert paths == ["/rest/profile", *(["/rest/batch"] if step != "finish" else [])]
