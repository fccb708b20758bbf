"""Two administrators at the settings: nobody's choice is overwritten unseen."""

from __future__ import annotations

import re

import pytest

from b24app.storage import activity, leases
from b24app.storage import settings as stored
from tests.support.app_page import bound_codes, open_page, save, settings_fields
from tests.support.stage import ADMIN, DEAL, INVOICE, MANAGER, NOW

VERSION = re.compile(r'name="version" value="(\w+)"')


@pytest.fixture
def pages(stage):
    """The same form before two administrators."""
    stage.portal.users[MANAGER].is_admin = True
    opened = [open_page(stage, ADMIN), open_page(stage, MANAGER)]
    for page in opened:
        page.get("/settings")
    return opened


def shown_version(page):
    return VERSION.search(page.answer.text).group(1)


def post(page, **changes):
    """Save the form as it lies before the person."""
    return page.post("/settings", settings_fields(version=shown_version(page), **changes))


def data_of(stage):
    with stage.database.reading() as session:
        return stored.load(session, stage.portal.member_id)


def differences(page):
    found = re.search(r'id="differences".*?</section>', page.answer.text, re.DOTALL)
    lines = re.findall(r"<b>([^<]+)</b><small>([^<]+)</small>", found.group(0)) if found else []
    return [f"{title}: {text}" for title, text in lines]


def test_the_second_save_is_told_who_changed_what_and_loses_nothing(stage, pages):
    anna, marta = pages
    post(anna, card=["deals"], **{"who-pay": "admins", "who-link": "users", "user-link": ["9:x"]})

    post(marta, **{"title-de": "Geld", "retention_days": "90"})

    assert marta.answer.status_code == 409
    alert = re.search(r'role="alert">.*?<p[^>]*>(.*?)</p>', marta.answer.text, re.DOTALL).group(1)
    assert "Nothing on this form was saved." in alert
    assert marta.said == ""
    assert "Anna Berger changed the settings" in marta.answer.text
    assert differences(marta) == [
        "Invoices: Saved: “off”. Here: “on”.",
        "Mark as paid: Saved: “Portal administrators”. Here: “Everyone who can edit the card”.",
        "Copy public link: Saved: “Chosen people: Jonas Weber”. Here: "
        "“Everyone who can edit the card”.",
        "Keep the activity log for: Saved: “365 days”. Here: “90 days”.",
        "Tab title, Deutsch: Saved: “Zahlungen”. Here: “Geld”.",
    ]
    assert 'value="Geld"' in marta.answer.text
    assert '<option value="90" selected>' in marta.answer.text
    assert data_of(stage)["rules"]["pay"]["who"] == "admins"
    assert bound_codes(stage) == [DEAL]


def test_who_has_seen_the_difference_may_save_all_the_same(stage, pages):
    anna, marta = pages
    post(anna, card=["deals"])
    post(marta, **{"title-de": "Geld"})

    post(marta, **{"title-de": "Geld"})

    assert marta.answer.status_code == 200
    assert marta.said == "Settings saved"
    assert data_of(stage)["titles"]["de"] == "Geld"
    assert bound_codes(stage) == [DEAL, INVOICE]


def test_the_same_choice_of_two_people_is_no_conflict(pages):
    for page in pages:
        post(page, card=["deals"])

        assert page.said == "Settings saved"


def test_a_form_keeps_its_version_through_a_wrong_field(stage, pages):
    anna, marta = pages
    post(marta, **{"title-de": "x" * 31})
    post(anna, card=["deals"])

    post(marta, **{"title-de": "Geld"})

    assert marta.answer.status_code == 409
    assert bound_codes(stage) == [DEAL]


def test_a_form_without_a_version_overwrites_nothing(stage, pages):
    anna, marta = pages
    post(anna, card=["deals"])

    marta.post("/settings", settings_fields())

    assert marta.answer.status_code == 409
    assert bound_codes(stage) == [DEAL]


def test_a_save_waits_for_the_one_that_is_under_way(stage, pages):
    anna, marta = pages
    lease = leases.Key(stage.portal.member_id, "settings")
    with stage.database.transaction() as session:
        assert leases.try_take(session, lease, "somebody", stage.deps.clock(), 30)

    post(anna, card=["deals"])

    assert anna.answer.status_code == 409
    assert "Still working on it" in anna.said
    assert data_of(stage) == {}
    stage.advance(31)
    post(marta, card=["deals"])
    assert marta.said == "Settings saved"


def test_a_conflict_uses_no_key_up_and_leaves_no_line_in_the_log(stage, pages):
    anna, marta = pages
    post(anna, card=["deals"])
    fields = settings_fields(version=shown_version(marta))
    marta.post("/settings", fields, key="the-same-key")
    assert marta.answer.status_code == 409

    with stage.database.reading() as session:
        assert len(activity.page(session, stage.portal.member_id)) == 1
    marta.post("/settings", {**fields, "version": shown_version(marta)}, key="the-same-key")
    assert marta.said == "Settings saved"


def test_saving_has_the_log_and_the_findings_shown_anew(stage):
    page = open_page(stage)
    page.get("/settings")

    save(page, card=["deals"])

    events = page.answer.headers["HX-Trigger-After-Settle"].split(", ")
    for section, event in (("activity", "activity-changed"), ("diagnostics", "tabs-changed")):
        assert event in events
        text = page.get(f"/settings/{section}").text
        assert f'hx-get="/settings/{section}" hx-trigger="{event} from:body"' in text
    page.post("/settings/repair")
    assert page.answer.headers["HX-Trigger-After-Settle"] == "activity-changed"


def test_a_failure_is_announced_as_an_alert_and_not_as_a_status_too(stage):
    page = open_page(stage)

    save(page, **{"title-de": "x" * 31})
    assert 'hx-swap-oob="beforeend:#alerts"' in page.answer.text
    save(page)
    assert 'hx-swap-oob="beforeend:#toasts"' in page.answer.text
    stage.portal.installation.event_handlers.clear()
    stage.portal.faults.add("event.bind", "error_500", times=4)
    page.post("/settings/repair")
    assert 'hx-swap-oob="beforeend:#alerts"' in page.answer.text
    page.post("/settings/repair")
    assert 'hx-swap-oob="beforeend:#toasts"' in page.answer.text


def test_an_old_form_before_anything_was_saved_is_told_so_and_loses_nothing(stage):
    page = open_page(stage)

    page.post("/settings", settings_fields(version="0" * 16, **{"title-de": "Geld"}))

    assert page.answer.status_code == 409
    assert "The settings were changed after you opened them." in page.answer.text
    assert 'value="Geld"' in page.answer.text
    assert data_of(stage) == {}


def test_settings_whose_author_was_forgotten_name_nobody(stage, pages):
    anna, marta = pages
    post(anna, card=["deals"])
    with stage.database.transaction() as session:
        saved = stored.load(session, stage.portal.member_id)
        stored.save(session, stage.portal.member_id, saved, updated_by=None, now=NOW)

    post(marta, **{"title-de": "Geld"})

    assert marta.answer.status_code == 409
    assert "The settings were changed after you opened them." in marta.answer.text
    assert "Automatically" not in marta.answer.text
