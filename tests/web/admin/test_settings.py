"""Settings: who may see them, what saving does to the portal's tabs, what a wrong form says."""

from __future__ import annotations

import re

import pytest

from b24app.storage import activity
from b24app.storage import settings as stored
from tests.support.app_page import bound_codes, open_page, save, settings_fields, titles_of, version
from tests.support.stage import ADMIN, DEAL, INVOICE, MANAGER, READER

CONTACT = "CRM_CONTACT_DETAIL_TAB"
PROJECT = "CRM_DYNAMIC_1036_DETAIL_TAB"
ROUTES = (
    ("POST", "/settings"),
    ("GET", "/settings/activity"),
    ("GET", "/settings/activity.csv"),
    ("GET", "/settings/diagnostics"),
    ("POST", "/settings/repair"),
)


@pytest.fixture
def page(stage):
    page = open_page(stage)
    page.get("/settings", first=1)
    stage.forget_calls()
    return page


def data_of(stage):
    with stage.database.reading() as session:
        return stored.load(session, stage.portal.member_id)


def records(stage):
    with stage.database.reading() as session:
        return activity.page(session, stage.portal.member_id)


def switches(text):
    """The card switches by label: on or off."""
    found = re.findall(r'<label for="(card-[^"]+)">([^<]+)</label>', text)
    return {title: bool(re.search(rf'id="{name}"[^>]* checked', text)) for name, title in found}


# Who may.


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_nobody_but_an_administrator_is_let_in(stage, method, path):
    page = open_page(stage, MANAGER)
    before = bound_codes(stage)

    answer = page.send(method, path, settings_fields() if method == "POST" else None)

    assert answer.status_code == 403
    assert "Only for administrators" in answer.text
    assert bound_codes(stage) == before
    assert data_of(stage) == {}


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_the_portal_is_asked_again_at_every_request(stage, page, method, path):
    stage.portal.users[ADMIN].is_admin = False

    answer = page.send(method, path, settings_fields() if method == "POST" else None)

    assert answer.status_code == 403
    assert data_of(stage) == {}


def test_the_page_of_somebody_who_is_no_administrator_any_more_turns_into_help(stage, page):
    stage.portal.users[ADMIN].is_admin = False

    page.get("/settings")

    assert "Settings are for portal administrators" in page.answer.text


@pytest.mark.parametrize(("method", "path"), [("GET", "/settings"), *ROUTES])
def test_without_a_session_token_there_is_nothing(client, method, path):
    assert client.open(path, method=method).status_code == 401


# What is shown.


def test_cards_are_the_known_kinds_and_the_smart_processes_the_portal_lists(page):
    page.get("/settings")

    assert switches(page.answer.text) == {
        "Deals": True,
        "Invoices": True,
        "Leads": False,
        "Contacts": False,
        "Companies": False,
        "Installation projects": False,
        "Service contracts": False,
        "Deal list": False,
        "Invoice list": False,
        "Toolbar": False,
        "Links to payments": False,
    }


def test_a_portal_that_does_not_list_its_types_still_shows_the_settings(stage, page):
    save(page, card=["deals", "1036"])
    stage.portal.faults.add("crm.enum.ownertype", "denied")

    page.get("/settings")

    assert page.answer.status_code == 200
    assert switches(page.answer.text)["#1036"] is True


def test_names_of_chosen_people_come_from_the_portal_not_from_the_form(stage, page):
    save(page, **{"who-pay": "users", "user-pay": [f"{MANAGER}:Somebody <b>else</b>"]})

    page.get("/settings")

    assert "Marta Lindqvist" in page.answer.text
    assert "Somebody" not in page.answer.text
    assert data_of(stage)["rules"]["pay"] == {"who": "users", "users": [MANAGER]}


def test_who_saved_last_and_when_is_said(page):
    save(page)

    assert "Saved " in page.answer.text
    assert "by Anna Berger" in page.answer.text


# Tabs.


def test_saving_shows_and_hides_tabs_in_one_batch(stage, page):
    save(page, card=["deals", "contacts", "1036"])

    assert page.answer.status_code == 200
    assert page.said == "Settings saved"
    assert bound_codes(stage) == [CONTACT, DEAL, PROJECT]
    assert [len(one.commands) > 1 for one in stage.http_calls] == [True, False, True]
    assert "Contacts: the tab is shown now." in page.answer.text
    assert "Invoices: the tab is not shown any more." in page.answer.text
    assert "Installation projects: the tab is shown now." in page.answer.text
    assert "Deals: " not in page.answer.text


def test_saving_the_same_again_changes_no_tab(stage, page):
    save(page, card=["deals", "contacts"])
    stage.forget_calls()

    save(page, card=["deals", "contacts"])

    assert page.said == "Settings saved"
    assert stage.asked("placement.bind") == stage.asked("placement.unbind") == []


def test_a_new_title_binds_the_shown_tabs_anew(stage, page):
    save(page, **{"title-en": "Money", "title-de": "Geld", "title-la": "Dinero"})

    usual = stage.deps.manifest.tab_titles
    expected = ("Money", {**usual, "en": "Money", "de": "Geld", "la": "Dinero"})
    assert titles_of(stage, DEAL) == titles_of(stage, INVOICE) == expected
    assert bound_codes(stage) == [DEAL, INVOICE]
    assert "Deals: the tab has its new title." in page.answer.text


def test_an_emptied_title_becomes_the_usual_one_of_its_language(stage, page):
    save(page, **{"title-de": "Geld", "title-en": "Money"})
    save(page, **{"title-de": "", "title-en": ""})

    usual = stage.deps.manifest
    expected = ("Payments", {**usual.tab_titles, **usual.other_tab_titles})
    assert titles_of(stage, DEAL) == expected
    assert 'value="Zahlungen"' in page.answer.text


def test_a_title_that_the_portal_would_take_for_a_reference_arrives_as_it_is(stage, page):
    save(page, card=["deals"], **{"title-en": "Pay $result[bound]"})

    assert page.said == "Settings saved"
    assert titles_of(stage, DEAL)[0] == "Pay $result[bound]"
    assert bound_codes(stage) == [DEAL]


def test_a_tab_that_could_not_be_added_is_said_and_saved_as_off(stage, page):
    stage.portal.faults.add("placement.bind", "error_500")

    save(page, card=["deals", "invoices", "contacts"])

    assert page.answer.status_code == 200
    assert "Settings saved, but not every tab could be changed." in page.said
    assert "Contacts: the tab could not be added." in page.answer.text
    assert switches(page.answer.text)["Contacts"] is False
    assert data_of(stage)["tabs"]["contacts"] is False
    assert data_of(stage)["tabs"]["deals"] is True
    assert records(stage)[0].outcome == "partial"


def test_a_tab_that_could_not_be_removed_is_said_and_saved_as_on(stage, page):
    stage.portal.faults.add("placement.unbind", "error_500")

    save(page, card=["deals"])

    assert "Invoices: the tab could not be removed." in page.answer.text
    assert data_of(stage)["tabs"]["invoices"] is True
    assert INVOICE in bound_codes(stage)


def test_a_lost_answer_is_settled_by_reading_back(stage, page):
    stage.portal.faults.add("placement.bind", "lost")

    save(page, card=["deals", "invoices", "contacts"])

    assert page.said == "Settings saved"
    assert CONTACT in bound_codes(stage)
    assert data_of(stage)["tabs"]["contacts"] is True


def test_a_smart_process_that_is_gone_cannot_be_chosen(stage, page):
    save(page, card=["deals", "4711"])

    assert page.answer.status_code == 422
    assert "does not exist here any more" in page.answer.text
    assert data_of(stage) == {}


# Wrong forms.

WRONG = (
    ({"title-de": "x" * 31}, "title-de", "At most 30 characters."),
    ({"title-fr": "a\u202eb"}, "title-fr", "usual signs only"),
    ({"who-pay": "users"}, "who-pay", "Choose at least one person"),
    ({"who-link": "robots"}, "who-link", "Choose one of the list."),
    ({"who-link": None}, "who-link", "Choose one of the list."),
    ({"default_pay_system": "99"}, "default_pay_system", "does not exist any more"),
    ({"default_pay_system": "x"}, "default_pay_system", "does not exist any more"),
    ({"retention_days": "7"}, "retention_days", "Choose one of the list."),
    (
        {"who-pay": "users", "user-pay": [f"{number}:x" for number in range(1, 102)]},
        "who-pay",
        "At most 100 people.",
    ),
)


@pytest.mark.parametrize(("changes", "field", "words"), WRONG)
def test_a_wrong_field_is_named_and_nothing_is_changed(stage, page, changes, field, words):
    save(page, card=["deals", "contacts"], **changes)

    assert page.answer.status_code == 422
    said = re.search(rf'id="{field}-error">([^<]*)<', page.answer.text)
    assert said is not None
    assert words in said.group(1)
    assert re.search(rf'name="{field}"[^>]* aria-invalid="true"', page.answer.text)
    assert bound_codes(stage) == [DEAL, INVOICE]
    assert data_of(stage) == {}
    assert records(stage) == []


def test_nothing_typed_is_lost_in_a_wrong_form(page):
    save(
        page,
        card=["contacts"],
        **{
            "title-de": "x" * 31,
            "title-it": "Pagamenti",
            "who-delete": "admins",
            "who-unpay": "users",
            "user-unpay": [f"{READER}:x"],
            "confirm_pay": None,
            "comment_in_timeline": "1",
            "default_pay_system": "7",
            "retention_days": "90",
        },
    )

    text = page.answer.text
    assert "x" * 31 in text
    assert 'value="Pagamenti"' in text
    assert switches(text)["Contacts"] is True
    assert switches(text)["Deals"] is False
    assert re.search(r'name="who-delete".*?value="admins" selected', text, re.DOTALL)
    assert "Jonas Weber" in text
    assert not re.search(r'name="confirm_pay"[^>]* checked', text)
    assert re.search(r'name="comment_in_timeline"[^>]* checked', text)
    assert '<option value="7" selected>' in text
    assert '<option value="90" selected>' in text


def test_what_is_typed_comes_back_escaped(page):
    save(page, **{"title-de": '"><script>alert(1)</script>' + "x" * 20})

    assert page.answer.status_code == 422
    assert "<script>" not in page.answer.text


# Other settings.


def test_everything_else_is_saved_and_shown_again(stage, page):
    save(
        page,
        confirm_pay=None,
        comment_in_timeline="1",
        default_pay_system="8",
        retention_days="30",
    )

    data = data_of(stage)
    assert data["confirm_pay"] is False
    assert data["comment_in_timeline"] is True
    assert data["default_pay_system"] == 8
    assert data["retention_days"] == 30
    page.get("/settings")
    assert '<option value="8" selected>Card online' in page.answer.text


def test_a_chosen_payment_system_survives_while_the_directory_cannot_be_read(stage, page):
    save(page, default_pay_system="8")
    stage.advance(3700)
    stage.portal.crm.pay_systems.clear()
    page = open_page(stage)
    page.get("/settings", first=1)

    assert '<option value="8" selected>#8' in page.answer.text
    assert "could not be read" in page.answer.text
    save(page, default_pay_system="8")
    assert data_of(stage)["default_pay_system"] == 8


def test_saving_is_in_the_activity_log_without_names(stage, page):
    save(page, card=["deals"], **{"who-pay": "admins"})

    line = records(stage)[0]
    assert (line.action, line.outcome, line.user_name) == ("settings", "done", "Anna Berger")
    assert line.after == "rules, tabs"
    log = page.get("/settings/activity").text
    assert "Settings saved <small><bdi>rules, cards</bdi></small>" in log


def test_a_busy_portal_changes_nothing_and_says_so(stage, page):
    stage.portal.faults.add("batch", "operation_limit", times=5)

    save(page, card=["deals"])

    assert page.answer.status_code == 503
    assert "Bitrix24 is busy" in page.said
    assert "data-retry" in page.answer.text
    assert "data-press" not in page.answer.text
    assert data_of(stage) == {}
    assert bound_codes(stage) == [DEAL, INVOICE]


def test_a_lost_answer_offers_to_send_the_same_again_and_no_refresh(stage):
    shell = stage.frame("/", stage.post_fields(ADMIN)).text

    first = shell.index('id="say-write-lost"')
    assert "data-retry" in shell[first : shell.index("</template>", first)]
    assert 'id="refresh"' not in shell


def test_the_same_key_is_carried_out_once(stage, page):
    fields = settings_fields(card=["deals"], version=version(stage))
    for _ in range(2):
        page.post("/settings", fields, key="the-same-key")

    assert page.answer.status_code == 200
    assert page.said == "Settings saved"
    assert switches(page.answer.text)["Invoices"] is False
    assert len(records(stage)) == 1


def test_the_same_key_for_other_settings_is_refused(stage, page):
    for card in ("deals", "invoices"):
        fields = settings_fields(card=[card], version=version(stage))
        page.post("/settings", fields, key="the-same-key")

    assert page.answer.status_code == 409
    assert bound_codes(stage) == [DEAL]


def test_a_wrong_form_uses_no_key_up(stage, page):
    fields = settings_fields(version=version(stage))
    page.post("/settings", {**fields, "title-de": "x" * 31}, key="the-same-key")
    page.post("/settings", fields, key="the-same-key")

    assert page.said == "Settings saved"
