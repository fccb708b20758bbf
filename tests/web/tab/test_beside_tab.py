"""Payments opened from a row of a list, a card's toolbar or a link: rest-contract e.28."""

from __future__ import annotations

import json
import re

import pytest

from b24app.storage import settings
from tests.support.acts import FOREIGN, SMALL
from tests.support.stage import ADMIN, MANAGER, PORTAL, READER, STRANGER, Tab, token_in

DEAL_LIST, INVOICE_LIST = "CRM_DEAL_LIST_MENU", "CRM_SMART_INVOICE_LIST_MENU"
DEAL_TOOLBAR, INVOICE_TOOLBAR = "CRM_DEAL_DETAIL_TOOLBAR", "CRM_SMART_INVOICE_DETAIL_TOOLBAR"
LINK = "REST_APP_URI"
PLACES = (DEAL_LIST, INVOICE_LIST, DEAL_TOOLBAR, INVOICE_TOOLBAR, LINK)
OPENINGS = {
    DEAL_LIST: ({"ID": "8061", "URI": "/crm/deal/list/"}, "2-8061"),
    INVOICE_LIST: ({"ID": "512", "URI": "/crm/type/31/list/category/0/"}, "31-512"),
    DEAL_TOOLBAR: ({"ID": "8061", "URI": "/crm/deal/details/8061/?any=1"}, "2-8061"),
    INVOICE_TOOLBAR: ({"ENTITY_ID": "512", "URI": "/crm/type/31/details/512/"}, "31-512"),
    LINK: (
        {"entityTypeId": "2", "entityId": "8061", "payment": str(SMALL), "URI": "/stream/"},
        "2-8061",
    ),
}
HINT = "Which deal or invoice?"


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def post(stage, code, options, user_id=MANAGER, **changes):
    return stage.frame("/placement", {**stage.post_fields(user_id, code, options), **changes})


def follow(stage, answer):
    """Ask for what the shell asks for at once."""
    skeleton = answer.text[answer.text.index('id="tab"') :]
    path = re.search(r'hx-get="(/payments[^"]*)"', skeleton)
    assert path is not None
    tab = Tab(stage, token_in(answer))
    headers = tab.headers(**{"HX-Target": "tab"})
    return stage.client.get(path[1].replace("&amp;", "&"), headers=headers)


@pytest.mark.parametrize("code", PLACES)
def test_each_place_opens_the_payments_of_what_it_names(stage, code):
    options, card = OPENINGS[code]

    shell = post(stage, code, options)
    page = follow(stage, shell)

    assert shell.status_code == page.status_code == 200
    assert f' {card}"' in page.text
    assert "Open the card" in page.text


@pytest.mark.parametrize("code", PLACES)
def test_the_shell_is_laid_out_by_the_window_and_holds_nothing_of_the_card(stage, code):
    shell = post(stage, code, OPENINGS[code][0]).text

    assert "data-in-panel" in shell
    assert "data-leaves-panel" in shell
    assert "3653/" not in shell
    assert "data-payment-id" not in shell


def test_a_tab_is_no_panel(stage):
    shell = post(stage, "CRM_DEAL_DETAIL_TAB", {"ID": "8061"}).text

    assert "data-in-panel" not in shell
    assert "data-leaves-panel" not in shell


@pytest.mark.parametrize("code", PLACES)
@pytest.mark.parametrize(
    "options",
    [
        None,
        {},
        {"URI": "/crm/type/31/list/category/0/"},
        {"ID": "0"},
        {"ID": "", "ENTITY_ID": ""},
        {"ID": "-1"},
        {"ID": "8061.5"},
        {"ID": "9" * 5000},
        {"ENTITY_ID": ["512"]},
        {"ID": {"a": "1"}},
        {"entityTypeId": "1", "entityId": "101"},
        {"entityTypeId": "2", "payment": "1038"},
        {"entityTypeId": "2<script>", "entityId": "8061"},
        {"payment": "1038"},
    ],
    ids=repr,
)
def test_an_opening_that_names_no_card_is_a_hint(stage, code, options):
    answer = post(stage, code, options)

    assert answer.status_code == 200
    assert HINT in answer.text
    assert "Bearer" not in answer.text
    assert "data-leaves-panel" in answer.text
    assert f"frame-ancestors http://{PORTAL}" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("text", ["{", '"8061"', "[8061]", '{"ID":1e999}'])
@pytest.mark.parametrize("code", PLACES)
def test_unreadable_options_are_a_hint_as_well(stage, code, text):
    answer = post(stage, code, None, PLACEMENT_OPTIONS=text)

    assert answer.status_code == 200
    assert HINT in answer.text


def test_the_type_is_that_of_the_code_whatever_the_options_say(stage):
    options = {"ID": "512", "entityTypeId": "2", "entityId": "8061", "ENTITY_TYPE_ID": "2"}

    page = follow(stage, post(stage, INVOICE_LIST, options))

    assert ' 31-512"' in page.text


@pytest.mark.parametrize("code", ["CRM_LEAD_LIST_MENU", "CRM_DYNAMIC_1036_DETAIL_TOOLBAR", "X"])
def test_a_place_that_is_never_bound_is_refused(stage, code):
    assert post(stage, code, {"ID": "101"}).status_code == 400


# A link is written by anybody.


def test_a_link_opens_its_payment(stage):
    page = follow(stage, post(stage, LINK, OPENINGS[LINK][0]))

    assert re.search(rf'id="payment-{SMALL}"[^>]*data-asked-for', page.text)


@pytest.mark.parametrize("payment_id", [str(FOREIGN), "999999"])
def test_a_link_to_a_payment_of_another_card_shows_the_card_and_says_so(stage, payment_id):
    options = {**OPENINGS[LINK][0], "payment": payment_id}

    page = follow(stage, post(stage, LINK, options))

    assert "is not on this card" in page.text
    assert "data-asked-for" not in page.text
    assert not re.search(rf"\b{payment_id}\b", page.text)


def test_a_link_opens_no_door_to_a_payment_of_another_card(stage):
    """Its session is the card's; the payment's id is proven like any other."""
    options = {**OPENINGS[LINK][0], "payment": str(FOREIGN)}
    shell = post(stage, LINK, options)
    follow(stage, shell)
    stage.forget_calls()

    answer = Tab(stage, token_in(shell)).post(f"/payments/{FOREIGN}/pay")

    assert answer.status_code == 404
    assert not stage.portal.crm.payments[FOREIGN].is_paid


@pytest.mark.parametrize("code", PLACES)
def test_who_may_not_read_the_card_sees_nothing_of_it(stage, code):
    page = follow(stage, post(stage, code, OPENINGS[code][0], STRANGER))

    assert page.status_code in {403, 404}
    assert "data-payment-id" not in page.text


def test_who_may_only_read_is_refused_by_the_portal_here_too(stage):
    shell = post(stage, DEAL_LIST, OPENINGS[DEAL_LIST][0], READER)
    follow(stage, shell)

    answer = Tab(stage, token_in(shell)).post(f"/payments/{SMALL}/pay")

    assert answer.status_code == 403
    assert not stage.portal.crm.payments[SMALL].is_paid


@pytest.mark.parametrize("code", PLACES)
def test_a_payment_is_marked_from_each_place(stage, code):
    shell = post(stage, code, OPENINGS[code][0])
    page = follow(stage, shell)
    unpaid = re.search(r'data-payment-id="(\d+)" data-paid="N"', page.text)
    assert unpaid is not None

    answer = Tab(stage, token_in(shell)).post(f"/payments/{unpaid[1]}/pay")

    assert answer.status_code == 200
    assert stage.portal.crm.payments[int(unpaid[1])].is_paid


@pytest.fixture
def only_admins_pay(stage):
    with stage.deps.db.transaction() as session:
        rules = {"rules": {"pay": {"who": "admins"}}}
        settings.save(
            session, stage.portal.member_id, rules, updated_by=ADMIN, now=stage.portal_clock.now()
        )
    yield
    with stage.deps.db.transaction() as session:
        settings.save(
            session, stage.portal.member_id, {}, updated_by=ADMIN, now=stage.portal_clock.now()
        )


@pytest.mark.usefixtures("only_admins_pay")
def test_the_rules_hold_in_a_panel(stage):
    shell = post(stage, DEAL_LIST, OPENINGS[DEAL_LIST][0])
    page = follow(stage, shell)

    answer = Tab(stage, token_in(shell)).post(f"/payments/{SMALL}/pay")

    assert "Mark as paid" not in page.text
    assert answer.status_code == 403


# Who comes, and from where.


@pytest.mark.parametrize("code", PLACES)
def test_an_unproven_opener_gets_words_and_no_data(stage, code):
    shell = post(stage, code, OPENINGS[code][0], AUTH_ID="invented")

    page = follow(stage, shell)

    assert page.status_code == 401
    assert "data-payment-id" not in page.text


@pytest.mark.parametrize("code", PLACES)
def test_an_unknown_portal_is_refused(stage, code):
    assert post(stage, code, OPENINGS[code][0], member_id="f" * 32).status_code == 403


@pytest.mark.parametrize("field", ["AUTH_ID", "REFRESH_ID", "member_id"])
def test_a_post_without_a_field_is_refused(stage, field):
    fields = stage.post_fields(MANAGER, DEAL_LIST, {"ID": "8061"})
    del fields[field]

    assert stage.frame("/placement", fields).status_code == 400


def test_a_panel_cannot_be_opened_by_get_with_options(stage):
    answer = stage.client.get(
        "/placement",
        query_string={"PLACEMENT": LINK, "PLACEMENT_OPTIONS": json.dumps(OPENINGS[LINK][0])},
    )

    assert answer.status_code == 200
    assert "Bearer" not in answer.text


@pytest.mark.parametrize("kind", ["silent", "denied", "html", "error_500"])
def test_a_portal_in_trouble_is_told_in_the_panel(stage, kind):
    shell = post(stage, DEAL_TOOLBAR, OPENINGS[DEAL_TOOLBAR][0])
    stage.fail("batch", kind, times=9)

    page = follow(stage, shell)

    assert page.status_code >= 400
    assert "data-payment-id" not in page.text


def test_an_administrator_is_one_of_the_people_here(stage):
    page = follow(stage, post(stage, INVOICE_TOOLBAR, OPENINGS[INVOICE_TOOLBAR][0], ADMIN))

    assert "data-payment-id" in page.text
