"""The timeline of a card: comments with links, lines, and activities that a person completes."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from b24app.simulator.portal_state.timeline import CONFIGURABLE, TODO, Activity, Badge, LogMessage
from b24app.simulator.ui.ui_timeline import Part, parts_of
from tests.support.base_stage import MANAGER

DEAL_PAGE = "/crm/deal/details/8061/"
LAYOUT = {
    "icon": {"code": "clock"},
    "header": {"title": "Payment expected", "tags": {"due": {"type": "warning", "title": "soon"}}},
    "body": {"logo": {"code": "bank-card"}, "blocks": {
        "sum": {"type": "withTitle", "properties": {"title": "Amount", "block": {
            "type": "text", "properties": {"value": "300.00 EUR"}}}}}},
    "footer": {"buttons": {"open": {"title": "Open payments", "type": "primary", "action": {
        "type": "openRestApp", "actionParams": {"paymentId": 1038},
        "sliderParams": {"width": 900, "title": "Payment 3653/3"}}}}},
}  # fmt: skip


@pytest.fixture
def remind(portal):
    """Return a function that plans an activity on deal 8061, and returns it."""

    def planned(provider=CONFIGURABLE, **fields):
        now = portal.clock.now()
        activity = Activity(
            portal.crm.next_id("activity"), (2, 8061), provider, MANAGER, MANAGER, now, now,
            "Payment expected", deadline=datetime(2026, 12, 24, 9, 0, tzinfo=UTC),
            layout=LAYOUT if provider == CONFIGURABLE else {}, **fields,
        )  # fmt: skip
        portal.crm.activities[activity.id] = activity
        return activity

    return planned


def entry(visit, activity):
    return visit.page.locator(f"[data-activity='{activity.id}']")


def test_an_activity_shows_what_its_application_drew(visit, portal, remind):
    portal.badges["due"] = Badge("due", "Payment", {"en": "Due", "de": "Fällig"}, "warning")
    shown = remind(badge_code="due")
    visit.go(DEAL_PAGE)

    text = entry(visit, shown).inner_text()

    for words in ("Payment expected", "soon", "DUE", "Amount: 300.00 EUR", "Marta Lindqvist",
                  "Deadline: December 24, 2026, 10:00 am"):  # fmt: skip
        assert words in text


@pytest.mark.parametrize(
    ("zone", "shown"), [("Asia/Tokyo", "10:30 pm"), ("America/New_York", "9:30 am")]
)
def test_times_are_those_of_the_reader_as_in_the_application(visit, portal, remind, zone, shown):
    """The portal's own zone is one that people meet in the answers of its methods only."""
    payment = portal.crm.payments_of(2, 8061)[0]
    payment.date_paid = datetime(2026, 6, 10, 13, 30, tzinfo=UTC)
    planned = remind()
    planned.deadline = datetime(2026, 6, 11, 13, 30, tzinfo=UTC)
    for user in portal.users.values():
        user.time_zone = zone
    visit.go(DEAL_PAGE)

    paid = visit.page.locator("[data-entry=paid]").filter(has_text=payment.account_number)

    assert paid.locator("time").inner_text() == shown
    assert f"June 11, 2026, {shown}" in entry(visit, planned).inner_text()


def test_its_button_opens_the_application_with_its_options(visit, framed_app, remind):
    shown = remind()
    visit.go(DEAL_PAGE)

    with visit.page.expect_response(f"{framed_app.origin}/?*"):
        entry(visit, shown).get_by_role("button", name="Open payments").click()

    fields = framed_app.posts[0].fields
    assert fields["PLACEMENT"] == "DEFAULT"
    assert json.loads(fields["PLACEMENT_OPTIONS"]) == {
        "paymentId": "1038", "entityTypeId": "2", "entityId": "8061", "activityId": str(shown.id),
    }  # fmt: skip
    visit.page.get_by_role("heading", name="Payment 3653/3").wait_for()


def test_the_item_about_the_application_says_where_it_comes_from(visit, framed_app, remind):
    shown = remind()
    visit.go(DEAL_PAGE)

    with visit.page.expect_response(f"{framed_app.origin}/?*"):
        entry(visit, shown).get_by_label("About the application").click()

    options = json.loads(framed_app.posts[0].fields["PLACEMENT_OPTIONS"])
    assert options["context"] == "aboutMenuItem"


@pytest.mark.parametrize("provider", [CONFIGURABLE, TODO])
def test_a_person_completes_an_activity(visit, portal, remind, provider):
    shown = remind(provider)
    visit.go(DEAL_PAGE)

    entry(visit, shown).get_by_role("button", name="Complete").click()
    visit.page.get_by_label("History").locator(f"[data-activity='{shown.id}']").wait_for()

    assert portal.crm.activities[shown.id].is_completed
    assert entry(visit, shown).get_by_role("button", name="Complete").count() == 0


def test_a_person_postpones_and_deletes_an_activity(visit, portal, remind):
    shown = remind()
    visit.go(DEAL_PAGE)

    entry(visit, shown).get_by_role("button", name="Postpone by a day").click()
    entry(visit, shown).get_by_text("December 25, 2026").wait_for()
    entry(visit, shown).get_by_role("button", name="Delete").click()
    entry(visit, shown).wait_for(state="detached")

    assert shown.id not in portal.crm.activities


def test_controls_follow_the_rights_and_the_layout(visit, portal, remind):
    shown, hiding = remind(), remind()
    hiding.layout = {**LAYOUT, "footer": {"menu": {"showDeleteItem": False}}}
    portal.users[MANAGER].rights["deal"] = "update"
    visit.switch_to(MANAGER)
    visit.go(DEAL_PAGE)

    assert entry(visit, shown).get_by_role("button", name="Complete").count() == 1
    assert entry(visit, shown).get_by_role("button", name="Delete").count() == 0
    portal.users[MANAGER].rights["deal"] = "delete"
    visit.go(DEAL_PAGE)
    assert entry(visit, shown).get_by_role("button", name="Delete").count() == 1
    assert entry(visit, hiding).get_by_role("button", name="Delete").count() == 0


def test_a_line_has_no_link_and_no_control(visit, portal):
    text = "Marked as paid: [URL=/crm/]300.00[/URL]"
    now = portal.clock.now()
    portal.crm.log_messages[1] = LogMessage(
        1, 2, 8061, MANAGER, "Payment 3653/3", text, "wallet", "app", now
    )
    visit.go(DEAL_PAGE)

    line = visit.page.locator("[data-entry=log]")

    assert text in line.inner_text()
    assert line.locator("a, button").count() == 0


def test_what_was_written_meanwhile_is_there_when_one_comes_back(visit, portal):
    visit.open_tab()
    portal.crm.write_comment((2, 8061), MANAGER, "Paid in cash", portal.clock.now())

    visit.page.get_by_role("tab", name="General").click()

    visit.page.get_by_label("History").get_by_text("Paid in cash").wait_for()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Paid [B]now[/B]", [Part("Paid "), Part("now")]),
        ("[URL=/crm/?a[b]=1]here[/URL]", [Part("here", "/crm/?a[b]=1")]),
        ("[url]https://portal.example/crm/[/url]", [Part("https://portal.example/crm/", "/crm/")]),
        ("[URL=https://else.example/]there[/URL]",
         [Part("there", "https://else.example/", is_local=False)]),
        ("[URL=javascript:alert(1)]no[/URL]", [Part("no")]),
        ("[URL=//else.example/]no[/URL]", [Part("no")]),
        ("see /marketplace/view/app/?params[a]=1",
         [Part("see "), Part("/marketplace/view/app/?params[a]=1",
                             "/marketplace/view/app/?params[a]=1")]),
        ("<b>", [Part("<b>")]),
    ],
)  # fmt: skip
def test_links_in_comments(text, parts):
    assert list(parts_of(text, "https://portal.example")) == parts
