"""What is remembered of missing rights: this card and this person, for an hour, until Refresh."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from b24app.bitrix.wire.error_codes import error_for
from b24app.errors import (
    MethodRefusedError,
    MethodUnconfirmedError,
    NotSignedInError,
    PlanWithoutRestError,
    RightsRefusedError,
    UserBlockedError,
)
from b24app.storage.models import Refusal
from b24app.web.words.error_words import in_log, of_write, words_at
from b24app.web.words.sentences import Place
from tests.support.acts import ACTS, PAY, SMALL, books
from tests.support.methods import called
from tests.support.stage import INVOICE, MANAGER, READER

GENERATIONS = ("new", "old", "oldest")
AN_HOUR = 3600
GONE = "Current user can't be authorized in this context"


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def remembered(stage):
    with stage.database.reading() as session:
        return [(one.user_id, one.entity_type_id) for one in session.scalars(select(Refusal))]


def is_view_only(answer):
    return "View only" in answer.text and "Mark as paid" not in answer.text


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize("act", ACTS, ids=str)
def test_what_the_portal_refuses_somebody_is_not_offered_again(stage, act, generation):
    stage.portal.switches.generation = generation
    tab = stage.tab(READER)

    act.send(tab, None)

    is_told_as_rights = tab.answer.status_code == 403
    assert remembered(stage) == ([(READER, 2)] if is_told_as_rights else [])
    assert is_view_only(tab.show()) is is_told_as_rights


def test_it_is_remembered_for_one_hour(stage):
    tab = stage.tab(READER)
    PAY.send(tab, None)

    for seconds, is_remembered in ((AN_HOUR - 1, True), (1, False)):
        stage.advance(seconds)
        assert is_view_only(stage.tab(READER).answer) is is_remembered


def test_a_second_refusal_counts_anew(stage):
    tab = stage.tab(READER)
    PAY.send(tab, None)
    stage.advance(AN_HOUR - 1)
    PAY.send(stage.tab(READER), None)
    stage.advance(AN_HOUR - 1)

    assert is_view_only(stage.tab(READER).answer)


def test_it_holds_for_this_person_on_this_card_only(stage):
    PAY.send(stage.tab(READER), None)

    assert not is_view_only(stage.tab(MANAGER).answer)
    assert not is_view_only(stage.tab(READER, 8062).answer)
    assert not is_view_only(stage.tab(READER, 312, INVOICE).answer)


def test_refresh_forgets_it_at_once_also_while_the_portal_is_busy(stage):
    tab = stage.tab(READER)
    PAY.send(tab, None)
    stage.portal.faults.add("batch", "error_500", times=9)

    assert tab.show(refresh="1").status_code >= 500

    stage.portal.faults.clear()
    assert not is_view_only(tab.show())


def _never_signed_in(stage, is_on):
    stage.portal.users[MANAGER].has_signed_in = not is_on


def _no_plan(stage, is_on):
    stage.portal.switches.has_rest_plan = not is_on


def _closed_app(stage, is_on):
    denied = stage.portal.switches.denied_app_users
    (denied.add if is_on else denied.discard)(MANAGER)


def _ended(stage, is_on):
    stage.portal.installation.is_payment_expired = is_on


def _dismissed(stage, is_on):
    stage.portal.users[MANAGER].is_active = not is_on


REFUSALS_OF_THE_TOKEN = {
    "never signed in": (_never_signed_in, "Sign in to Bitrix24 first"),
    "no plan": (_no_plan, "plan"),
    "closed app": (_closed_app, "You may not use this app"),
    "subscription": (_ended, "subscription"),
    "dismissed": (_dismissed, "You may not use this app"),
}


CASES = [*[(reason, "new") for reason in REFUSALS_OF_THE_TOKEN], ("no plan", "old")]
"""The older servers refuse the plan with the code and the status of missing rights."""


@pytest.mark.parametrize("in_batch", [True, False], ids=["batch", "single calls"])
@pytest.mark.parametrize(("reason", "generation"), CASES)
@pytest.mark.parametrize("act", ACTS, ids=str)
def test_a_refused_token_says_nothing_about_the_card(stage, act, reason, generation, in_batch):
    switch, words = REFUSALS_OF_THE_TOKEN[reason]
    stage.portal.switches.generation = generation
    if not in_batch:
        stage.portal.switches.batch_refused = ["crm."]
    tab = stage.tab()
    before = books(stage)
    switch(stage, True)
    try:
        act.send(tab, None)
    finally:
        switch(stage, False)

    # The directory of payment systems is read with the grant, before anything is asked.
    assert tab.answer.status_code in ({403, 422} if act.name == "change_system" else {403})
    assert remembered(stage) == []
    assert books(stage) == before
    if tab.answer.status_code == 403 and generation == "new":
        assert words in tab.said
    assert not is_view_only(tab.show())


def test_somebody_who_was_invited_reads_what_to_do_and_then_can(stage):
    stage.portal.users[MANAGER].has_signed_in = False
    tab = stage.open(MANAGER)

    refused = tab.show(first=1)

    assert refused.status_code == 403
    assert "Sign in to Bitrix24 first" in refused.text
    assert "plan" not in refused.text
    stage.portal.users[MANAGER].has_signed_in = True
    assert "Mark as paid" in tab.show().text
    assert PAY.send(tab, None).status_code == 200
    assert stage.portal.crm.payments[SMALL].is_paid


@pytest.mark.parametrize("method", ["batch", "profile", "crm.item.payment.pay", "placement.bind"])
@pytest.mark.parametrize(
    ("code", "status", "description", "kind"),
    [
        (
            "ACCESS_DENIED",
            401,
            "Current user can't be authorized in this context",
            NotSignedInError,
        ),
        ("ACCESS_DENIED", 401, "REST is available only on commercial plans.", PlanWithoutRestError),
        ("ACCESS_DENIED", 401, "", PlanWithoutRestError),
        ("user_access_error", 401, "", UserBlockedError),
        ("METHOD_CONFIRM_WAITING", 401, "", MethodUnconfirmedError),
        ("METHOD_CONFIRM_DENIED", 403, "", MethodUnconfirmedError),
        ("allowed_only_intranet_user", 403, "", MethodRefusedError),
    ],
)
def test_refusals_of_the_person_are_told_from_those_of_a_card(
    method, code, status, description, kind
):
    error = error_for(called(method), code, description, status)

    assert type(error) is kind


def test_missing_rights_are_400_or_403():
    for status in (0, 400, 403):
        error = error_for(called("crm.item.payment.pay"), "ACCESS_DENIED", "Access denied", status)
        assert type(error) is RightsRefusedError


@pytest.mark.parametrize("place", Place)
def test_what_an_administrator_has_to_confirm_is_no_missing_role(bare_stage, place):
    with bare_stage.app.test_request_context():
        words = words_at(place, MethodUnconfirmedError)
        said = f"{words.title} {words.text}", of_write(MethodUnconfirmedError)

        assert all("only after an administrator has confirmed it" in one for one in said)
        assert not any("role" in one or "rights" in one for one in said)
        assert in_log(MethodUnconfirmedError) == "An administrator has to confirm this"
