"""Diagnostics: each finding, and a repair that can be pressed twice."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from b24app.services.directories import shop_site
from b24app.storage import activity, portals, settings
from tests.support.app_page import bound_codes, open_page, save
from tests.support.stage import ADMIN, DEAL, INVOICE, MANAGER, NOW

LIVE = re.compile(r'id="live"[^>]*>([^<]*)<')
HANDLER = "http://127.0.0.1:8000/placement"


@pytest.fixture
def page(stage):
    page = open_page(stage)
    page.get("/settings")
    return page


def findings(answer):
    """Title to (finding, badge)."""
    pattern = r'<span class="badge[^>]*>([\w ]+)</span>\s*<b>([^<]+)</b>\s*<span[^>]*>(.*?)</span>'
    found = re.findall(pattern, answer.text)
    return {title: (re.sub(r"<[^>]+>", "", text), badge) for badge, title, text in found}


def check(page, title, **query):
    return findings(page.get("/settings/diagnostics", **query))[title]


def event_names(stage):
    return sorted(one.event for one in stage.portal.installation.event_handlers)


UNTRIED = ("Shop site for public links", "Lines in the timeline")


def test_after_an_installation_all_is_fine_but_what_nobody_has_tried_yet(page):
    found = findings(page.get("/settings/diagnostics"))

    assert list(found)[-2:] == list(UNTRIED)
    for title, (text, badge) in found.items():
        assert badge == ("Not known" if title in UNTRIED else "OK")
        assert text.startswith("Not asked yet") is (title in UNTRIED)


def test_a_missing_scope_is_named(stage, page):
    stage.portal.grant_scope(("crm", "placement", "user_brief", "pay_system"))

    text, badge = check(page, "Permissions")

    assert badge == "Problem"
    assert "Missing: public links." in text


def test_what_asks_for_something_comes_first(stage, page):
    stage.portal.installation.placements.clear()
    stage.portal.crm.pay_systems.clear()

    badges = [badge for _, badge in findings(page.get("/settings/diagnostics", fresh=1)).values()]

    assert badges[:2] == ["Problem", "Check"]
    assert set(badges[2:]) == {"OK", "Not known"}


def test_a_missing_tab_is_named_and_repaired_once(stage, page):
    placements = stage.portal.installation.placements
    placements[:] = [one for one in placements if one.code != INVOICE]
    text, badge = check(page, "Tabs in cards")
    assert badge == "Problem"
    assert text == "Missing or leading elsewhere: Invoices. Press Repair."

    page.post("/settings/repair")
    page.post("/settings/repair")

    assert page.said == "Tabs and events are complete"
    assert bound_codes(stage) == [DEAL, INVOICE]
    assert findings(page.answer)["Tabs in cards"][1] == "OK"


def test_a_tab_that_leads_to_an_old_address_is_missing_and_repaired(stage, page):
    stage.portal.installation.placements[0].handler = "http://127.0.0.9:8000/placement"
    assert check(page, "Tabs in cards")[1] == "Problem"

    page.post("/settings/repair")

    assert bound_codes(stage) == [DEAL, INVOICE]
    assert {one.handler for one in stage.portal.installation.placements} == {HANDLER}


def test_a_tab_nobody_asked_for_is_found_and_removed(stage, page):
    save(page, card=["deals"])
    stage.portal.installation.placements.append(stage.portal.installation.placements[0])
    stage.portal.installation.placements[-1].code = INVOICE
    assert "There although switched off" in check(page, "Tabs in cards")[0] or (
        "Missing" in check(page, "Tabs in cards")[0]
    )

    page.post("/settings/repair")

    assert bound_codes(stage) == [DEAL]


def test_missing_events_are_named_and_repaired_once(stage, page):
    stage.portal.installation.event_handlers[:] = []
    text, badge = check(page, "Events")
    assert badge == "Problem"
    assert "Missing: installation, update, payment for the app, removal." in text

    page.post("/settings/repair")
    page.post("/settings/repair")

    expected = ["ONAPPINSTALL", "ONAPPPAYMENT", "ONAPPUNINSTALL", "ONAPPUPDATE"]
    assert event_names(stage) == expected
    assert findings(page.answer)["Events"][1] == "OK"


def test_events_sent_to_an_old_address_too_are_found_and_sent_here_only(stage, page):
    handlers = stage.portal.installation.event_handlers
    handlers.append(replace(handlers[0], handler="http://127.0.0.9:8000/events"))
    text, badge = check(page, "Events")
    assert badge == "Check"
    assert "Sent twice, once to an old address: installation. Press Repair." in text

    page.post("/settings/repair")

    assert findings(page.answer)["Events"][1] == "OK"
    assert {one.handler for one in handlers} == {"http://127.0.0.1:8000/events"}
    assert len(handlers) == 4


def test_a_repair_of_what_works_sends_no_write(stage, page):
    stage.forget_calls()

    page.post("/settings/repair")

    assert page.said == "Tabs and events are complete"
    for method in ("placement.bind", "placement.unbind", "event.bind", "event.unbind"):
        assert stage.asked(method) == []


def test_a_repair_takes_back_what_a_check_before_it_has_announced(stage, page):
    stage.portal.installation.event_handlers[:] = []
    checked = page.get("/settings/diagnostics", fresh=1)
    assert "1 problem" in LIVE.findall(checked.text)[0]

    page.post("/settings/repair")

    assert LIVE.findall(page.answer.text) == [""]


def test_a_repair_that_fails_says_so_and_is_recorded(stage, page):
    stage.portal.installation.event_handlers[:] = []
    stage.portal.faults.add("event.bind", "denied", times=4)

    page.post("/settings/repair")

    assert "Not everything could be repaired." in page.said
    assert findings(page.answer)["Events"][1] == "Problem"
    with stage.database.reading() as session:
        line = activity.page(session, stage.portal.member_id)[0]
    assert (line.action, line.outcome) == ("repair", "partial")
    assert "ONAPPUPDATE: not_bound" in line.detail


@pytest.mark.parametrize(
    ("shop", "words", "badge"),
    [
        ("ready", "The last public link was created.", "OK"),
        ("no_site", "There is no shop site yet.", "Problem"),
        ("phone_not_confirmed", "is not confirmed yet", "Problem"),
        ("unavailable", "has no public page for the last payment", "Problem"),
        ("no_info", "has no public page for the last payment", "Problem"),
        ("no_module", "has no public page for the last payment", "Problem"),
    ],
)
def test_the_shop_site_is_judged_by_the_last_link(stage, page, shop, words, badge):
    stage.portal.switches.shop = shop
    stage.tab(MANAGER).get("/payments/1039/link")

    text, shown = check(page, "Shop site for public links")

    assert shown == badge
    assert words in text
    assert ": 0" not in text
    assert "Jul 1, 2026" in text


def test_payment_systems_are_read_anew_by_re_check_only(stage, page):
    check(page, "Payment systems")
    stage.portal.crm.pay_systems[6].name = "Cash at the counter"

    assert "Cash at the counter" not in check(page, "Payment systems")[0]
    assert "Cash at the counter" in check(page, "Payment systems", fresh=1)[0]


def test_no_payment_systems_is_a_finding(stage, page):
    stage.portal.crm.pay_systems.clear()

    text, badge = check(page, "Payment systems", fresh=1)

    assert badge == "Check"
    assert "None found" in text


def test_one_method_without_an_answer_is_a_finding_not_the_end(stage, page):
    stage.portal.faults.add("event.get", "error_500")

    found = findings(page.get("/settings/diagnostics"))

    assert found["Events"][1] == "Problem"
    assert found["Events"][0] == (
        "This could not be checked: Bitrix24 did not answer. Press Re-check in a moment."
    )
    assert found["Tabs in cards"][1] == "OK"


def test_an_ended_subscription_and_an_unfinished_installation_are_found(stage, page):
    stage.portal.installation.is_finished = False

    assert check(page, "Installation")[1] == "Problem"


@pytest.mark.parametrize(
    ("version", "said"), [(7, "completely installed, in version 7."), ("", "installed.")]
)
def test_the_version_the_portal_has_installed_is_named(stage, page, version, said):
    stage.portal.installation.version = version

    assert check(page, "Installation")[0].endswith(said)


def test_the_last_failures_of_people_are_listed_with_their_request(stage, page):
    stage.portal.faults.add("crm.item.payment.pay", "denied")
    stage.tab(MANAGER).post("/payments/1039/pay")
    with stage.database.reading() as session:
        line = activity.page(session, stage.portal.member_id)[0]

    text = page.get("/settings/diagnostics").text

    assert "Last actions that did not succeed" in text
    assert "Marta Lindqvist" in text
    assert line.request_id in text
    assert "Marked as paid" in text
    assert "Bitrix24 does not let this person do it" in text
    assert "error:" not in text


def test_a_lost_grant_is_a_finding_and_opening_the_page_anew_restores_it(stage, page):
    token = next(iter(stage.portal.tokens._by_refresh.values()))
    assert token.user_id == ADMIN
    with stage.database.transaction() as session:
        portals.drop_grant_tokens(session, stage.portal.member_id)

    assert check(page, "Background access")[1] == "Problem"
    again = open_page(stage)
    again.get("/settings")
    assert check(again, "Background access")[1] == "OK"


def test_what_only_administrators_see_is_not_called_missing_while_the_grant_is_lost(stage):
    stage.portal.users[MANAGER].is_admin = True
    page = open_page(stage, MANAGER)
    page.get("/settings")
    stage.portal.users[ADMIN].is_admin = False

    found = findings(page.get("/settings/diagnostics"))

    lost = "Cannot be checked while background access is lost."
    assert found["Tabs in cards"] == found["Events"] == (lost, "Problem")
    assert "Press Repair: your own access" in found["Background access"][0]
    page.post("/settings/repair")
    assert findings(page.answer)["Background access"][1] == "OK"
    assert findings(page.answer)["Events"][1] == "OK"


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("0", "The last public link could not be created."),
        ("ACCESS_DENIED", "The last public link could not be created."),
        ("busy", "Bitrix24 was busy"),
        ("silent", "Bitrix24 did not answer when the last public link was asked for."),
        ("no_rights", "did not let the person"),
    ],
)
def test_no_outcome_of_a_link_is_shown_by_its_code(stage, page, outcome, words):
    with stage.database.transaction() as session:
        shop_site.note(session, stage.portal.member_id, outcome, NOW)

    assert words in check(page, "Shop site for public links")[0]


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [("busy", "busy"), ("denied", "no_rights"), ("error_500", "silent")],
)
def test_a_link_that_was_not_given_is_noted_by_what_happened(stage, fault, outcome):
    stage.portal.faults.add("salescenter.payment.getpublicurl", fault, times=9)

    stage.tab(MANAGER).get("/payments/1039/link")

    with stage.database.reading() as session:
        assert shop_site.last_outcome(session, stage.portal.member_id).data == {"outcome": outcome}


def test_smart_processes_are_called_as_the_portal_calls_them(page):
    save(page, card=["deals", "1036"])

    text, badge = check(page, "Tabs in cards")

    assert (text, badge) == ("All there: Deals, Installation projects.", "OK")


TIMELINE = "Lines in the timeline"
MARK = "crm.timeline.logmessage.add"


def test_a_line_that_was_written_is_fine(stage, page):
    assert check(page, TIMELINE)[0].startswith("Not asked yet")
    stage.tab(MANAGER).post("/payments/1039/pay")

    text, badge = check(page, TIMELINE)

    assert text.startswith("The last line was written.")
    assert badge == "OK"


def test_the_time_is_that_of_the_last_line_also_where_it_ended_as_the_one_before(stage, page):
    def written():
        return re.findall(r"The last line was written\. (.+)", check(page, TIMELINE)[0])

    tab = stage.tab(MANAGER)
    tab.post("/payments/1039/pay")
    first = written()
    stage.advance(3 * 60)
    tab.post("/payments/1039/unpay")

    assert first != written() != []


def test_where_lines_are_switched_off_nothing_is_wrong(stage, page):
    with stage.database.transaction() as session:
        data = {"comment_in_timeline": False}
        settings.save(session, stage.portal.member_id, data, updated_by=ADMIN, now=NOW)

    assert check(page, TIMELINE) == ("Switched off in the settings.", "OK")


def test_a_portal_too_old_for_lines_is_told_until_it_is_asked_again(stage, page):
    stage.portal.switches.missing_methods = {MARK}
    stage.tab(MANAGER).post("/payments/1039/pay")

    text, badge = check(page, TIMELINE)
    assert text.startswith("Comments are written instead")
    assert badge == "Check"
    stage.portal.switches.missing_methods = set()
    check(page, TIMELINE, fresh=1)
    stage.tab(MANAGER).post("/payments/1039/unpay")

    assert check(page, TIMELINE)[1] == "OK"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("denied", "did not let the person who marked the last payment write into that card"),
        ("busy", "was busy when the last line was to be written"),
        ("close_before", "did not answer when the last line was to be written"),
        ("html", "did not answer when the last line was to be written"),
        ("null", "did not let the person"),
    ],
)
def test_a_line_that_was_not_written_is_noted_by_what_happened(stage, page, fault, words):
    stage.portal.faults.add(MARK, fault, times=9)
    stage.tab(MANAGER).post("/payments/1039/pay")

    text, badge = check(page, TIMELINE)

    assert words in text
    assert badge == "Check"
