"""The administrator reads the activity log and the diagnostics, in the frame and outside of it."""

from __future__ import annotations

import csv
from datetime import timedelta
from urllib.parse import urlencode

from playwright.sync_api import expect

from b24app.domain import EntityRef
from b24app.storage import activity
from tests.support.browser_stage import ADMIN, MANAGER, READER
from tests.support.story import (
    DEAL_TAB,
    INVOICE_TAB,
    bound,
    choose_people,
    handled_events,
    look_at_both_widths,
    open_settings,
    save_settings,
    seat,
    settings_of,
    turn_to,
)


def fill_log(stage, lines):
    """A log of one line a minute, the newest last: Marta works, every tenth line is Jonas."""
    with stage.deps.db.transaction() as session:
        for number in range(1, lines + 1):
            is_reader = number % 10 == 0
            activity.append(
                session,
                activity.Record(
                    member_id=stage.portal.member_id,
                    at=stage.clock.now() - timedelta(minutes=lines - number),
                    user_id=READER if is_reader else MANAGER,
                    user_name="Jonas Weber" if is_reader else "Marta Lindqvist",
                    ref=EntityRef(2, 8061),
                    payment_id=number,
                    payment_number=f"8061/{number}",
                    action="pay",
                    before="unpaid",
                    after="unpaid" if is_reader else "paid",
                    outcome="refused" if is_reader else "done",
                ),
            )


def test_the_log_is_filtered_paged_saved_and_leads_to_cards(stage, new_page, tmp_path):
    fill_log(stage, 120)
    admin = seat(new_page(), stage, ADMIN)
    frame = open_settings(admin, "Activity")
    log = frame.locator("#activity")
    lines = log.locator("tbody tr")
    expect(lines).to_have_count(50)
    expect(lines.first).to_contain_text("8061/120")
    look_at_both_widths(admin, "activity")

    admin.press(admin.button("Older", log))
    expect(lines.first).to_contain_text("8061/70")
    admin.press(admin.button("Older", log))
    expect(lines).to_have_count(20)
    expect(admin.button("Older", log)).to_be_disabled()
    admin.press(admin.button("Newest", log))
    expect(lines.first).to_contain_text("8061/120")
    log.get_by_label("Payment, name, note").fill("Jonas")
    admin.press(admin.button("Apply", log))
    expect(lines).to_have_count(12)
    expect(log.get_by_label("Payment, name, note")).to_have_value("Jonas")
    expect(lines.first).to_contain_text("Jonas Weber")

    with admin.page.expect_download() as saved:
        admin.press(admin.button("Export CSV", log))
    path = tmp_path / saved.value.suggested_filename
    saved.value.save_as(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert path.name == "activity.csv"
    assert len(rows) == 12
    assert {row["person"] for row in rows} == {"Jonas Weber"}

    admin.press(lines.first.get_by_role("link"))
    slider = admin.page.locator("iframe").last.content_frame
    expect(slider.get_by_role("heading", level=1)).to_contain_text("Showroom lighting")
    assert len(admin.page.context.pages) == 1


def test_a_missing_tab_is_repaired_and_checked_again(stage, new_page):
    placements = stage.portal.installation.placements
    placements[:] = [one for one in placements if one.code != INVOICE_TAB]
    stage.portal.installation.event_handlers.pop()
    events = handled_events(stage)
    admin = seat(new_page(), stage, ADMIN)
    frame = open_settings(admin, "Diagnostics")
    found = frame.locator("#diagnostics")
    tabs = found.locator("li", has_text="Tabs in cards")
    expect(tabs).to_contain_text("Invoices")
    expect(tabs.locator(".badge")).to_have_text("Problem")
    look_at_both_widths(admin, "diagnostics")

    admin.press(admin.button("Repair", found))

    expect(admin.said).to_contain_text("Tabs and events are complete")
    expect(tabs.locator(".badge")).to_have_text("OK")
    assert bound(stage) == [DEAL_TAB, INVOICE_TAB]
    assert len(handled_events(stage)) == len(events) + 1
    placements.pop()
    admin.press(admin.button("Re-check", found))
    expect(tabs.locator(".badge")).to_have_text("Problem")
    admin.press(admin.button("Repair", found))
    expect(tabs.locator(".badge")).to_have_text("OK")
    admin.press(admin.button("Repair", found))
    expect(admin.said).to_contain_text("Tabs and events are complete")
    assert bound(stage) == [DEAL_TAB, INVOICE_TAB]


def sign_in(someone):
    """Begin at the application's own address, as a bookmark does."""
    query = urlencode({"domain": someone.stage.portal.domain})
    someone.page.goto(f"{someone.stage.app_url}/oauth/start?{query}")


def test_people_are_removed_and_chosen_outside_of_the_frame(stage, new_page):
    admin = seat(new_page(), stage, ADMIN)
    frame = open_settings(admin, "Rules")
    rule = '[data-rule="delete"]'
    frame.locator(rule).get_by_role("combobox").select_option(label="Chosen people")
    choose_people(
        admin,
        frame.locator(rule).get_by_role("button", name="Choose people"),
        "Jonas Weber",
        "Marta Lindqvist",
    )
    expect(frame.locator(rule).locator(".person")).to_have_count(2)
    save_settings(admin)

    sign_in(admin)

    admin.frame = admin.page.main_frame
    expect(admin.button("Save settings")).to_be_visible()
    turn_to(admin, "Rules")
    assert "code=" not in admin.page.url
    assert admin.page.context.cookies(stage.app_url) == []
    chosen = admin.frame.locator(rule)
    expect(chosen.locator(".person")).to_have_count(2)
    expect(
        admin.frame.get_by_text("can be chosen where it is open inside Bitrix24").first
    ).to_be_visible()
    admin.press(chosen.get_by_role("button", name="Remove Jonas Weber"))
    save_settings(admin)
    expect(admin.frame.locator(rule).locator(".person")).to_have_text(["Marta Lindqvist"])
    assert settings_of(stage)["rules"]["delete"]["users"] == [MANAGER]
    # The code of the first login is used up: a reload has to begin another one.
    admin.page.reload()
    expect(admin.button("Save settings")).to_be_visible()
    expect(admin.frame.locator(rule).locator(".person")).to_have_text(["Marta Lindqvist"])
    # There is no dialog of Bitrix24 here: those whom it has named before can be chosen.
    admin.press(chosen.get_by_role("button", name="Choose people"))
    expect(admin.dialog.get_by_label("Marta Lindqvist")).to_be_disabled()
    admin.dialog.get_by_label("Jonas Weber").check()
    admin.press(admin.button("Add people", admin.dialog))
    save_settings(admin)
    assert settings_of(stage)["rules"]["delete"]["users"] == [MANAGER, READER]


def test_nobody_but_administrators_gets_in_from_outside(stage, new_page):
    for user_id in (MANAGER, READER):
        someone = seat(new_page(), stage, user_id)
        someone.page.may_fail_to_load = True

        sign_in(someone)

        expect(someone.page.get_by_role("alert")).to_contain_text("Only for administrators")
        expect(someone.page.get_by_role("button", name="Save settings")).to_have_count(0)
    look_at_both_widths(someone, "outside-refused")
