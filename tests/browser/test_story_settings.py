"""An administrator decides who may do what, and which cards show the tab; colleagues notice."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.support.browser_stage import ADMIN, DEAL_CARD, LINKED_CARD, MANAGER, READER
from tests.support.story import (
    DEAL_TAB,
    INVOICE_CARD,
    PROJECT_TAB,
    bound,
    choose_people,
    forge,
    look_at_both_widths,
    open_settings,
    save_settings,
    seat,
    settings_of,
    tab_names,
    turn_to,
)


def test_a_rule_for_chosen_people_takes_the_control_and_the_right(stage, new_page):
    admin = seat(new_page(), stage, ADMIN)
    manager = seat(new_page(), stage, MANAGER)
    manager.page.may_fail_to_load = True
    unpaid = stage.payments[2]
    manager.open_tab()
    manager.press(manager.button("Mark as paid", manager.payment(unpaid)))

    frame = open_settings(admin, "Rules")
    rule = frame.locator('[data-rule="pay"]')
    opener = rule.get_by_role("button", name="Choose people")
    expect(opener).to_be_hidden()
    rule.get_by_role("combobox").select_option(label="Chosen people")
    choose_people(admin, opener, "Jonas Weber", "Marta Lindqvist")
    choose_people(admin, opener, "Jonas Weber")
    expect(rule.locator(".person")).to_have_count(2)
    admin.press(rule.get_by_role("button", name="Remove Marta Lindqvist"))
    save_settings(admin)

    expect(rule.locator(".person")).to_have_text(["Jonas Weber"])
    assert settings_of(stage)["rules"]["pay"] == {"who": "users", "users": [READER]}
    look_at_both_widths(admin, "settings")
    # The manager's dialog was open all the while: the server is asked and says no.
    manager.press(manager.button("Mark as paid", manager.dialog))
    manager.expect_words(manager.said.get_by_role("alert"))
    manager.press(manager.button("Refresh"))
    manager.wait_until_loaded()
    expect(manager.payment(unpaid)).to_be_visible()
    expect(manager.button("Mark as paid")).to_have_count(0)
    expect(manager.button("Mark as unpaid").first).to_be_visible()
    assert forge(manager, "POST", f"/payments/{unpaid.id}/pay")["status"] == 403
    assert not unpaid.is_paid
    assert stage.executed("crm.item.payment.pay") == []
    reader = seat(new_page(), stage, READER)
    for chosen in (admin, reader):
        chosen.open_tab()
        expect(chosen.button("Mark as paid", chosen.payment(unpaid))).to_be_visible()


def test_a_switched_card_gets_and_loses_its_tab_at_once(stage, new_page):
    admin = seat(new_page(), stage, ADMIN)
    manager = seat(new_page(), stage, MANAGER)
    assert "Payments" in tab_names(manager, INVOICE_CARD)
    assert "Payments" not in tab_names(manager, LINKED_CARD)

    frame = open_settings(admin)
    frame.get_by_role("checkbox", name="Invoices").uncheck()
    frame.get_by_role("checkbox", name="Installation projects").check()
    save_settings(admin)

    changes = frame.get_by_role("list", name="Changes to the tabs")
    expect(changes).to_contain_text("Invoices: the tab is not shown any more.")
    expect(changes).to_contain_text("Installation projects: the tab is shown now.")
    for page in ("Rules", "Defaults", "Activity"):
        turn_to(admin, page)
        expect(changes).to_be_hidden()
    turn_to(admin, "Cards")
    expect(changes).to_be_visible()
    assert bound(stage) == [DEAL_TAB, PROJECT_TAB]
    assert "Payments" not in tab_names(manager, INVOICE_CARD)
    assert "Payments" in tab_names(manager, LINKED_CARD)
    assert "Payments" in tab_names(manager, DEAL_CARD)

    frame.get_by_role("checkbox", name="Invoices").check()
    frame.get_by_role("checkbox", name="Installation projects").uncheck()
    save_settings(admin)

    expect(changes).to_contain_text("Invoices: the tab is shown now.")
    manager.open_tab(INVOICE_CARD)
    assert "Payments" not in tab_names(manager, LINKED_CARD)


def test_a_second_administrator_is_told_what_the_first_one_saved(stage, new_page):
    stage.portal.users[MANAGER].is_admin = True
    anna, marta = seat(new_page(), stage, ADMIN), seat(new_page(), stage, MANAGER)
    marta.page.may_fail_to_load = True
    first, second = open_settings(anna), open_settings(marta)
    first.get_by_role("checkbox", name="Invoices").uncheck()
    save_settings(anna)
    turn_to(anna, "Activity")
    expect(first.locator("#activity")).to_contain_text("Settings saved cards")
    turn_to(anna, "Diagnostics")
    expect(first.locator("#diagnostics")).to_contain_text("All there: Deals.")

    turn_to(marta, "Defaults")
    second.get_by_label("Deutsch").fill("Geld")
    marta.press(marta.button("Save settings"))

    note = second.locator("#differences")
    expect(note).to_be_focused()
    expect(note).to_contain_text("Anna Berger changed the settings")
    expect(note.get_by_role("listitem")).to_have_text(
        [
            "InvoicesSaved: “off”. Here: “on”.",
            "Tab title, DeutschSaved: “Zahlungen”. Here: “Geld”.",
        ]
    )
    expect(second.get_by_label("Deutsch")).to_have_value("Geld")
    assert bound(stage) == [DEAL_TAB]
    look_at_both_widths(marta, "settings-conflict")

    turn_to(marta, "Cards")
    second.get_by_role("checkbox", name="Invoices").uncheck()
    save_settings(marta)

    expect(note).to_have_count(0)
    expect(second.locator(".toast--err")).to_have_count(0)
    assert bound(stage) == [DEAL_TAB]
    assert settings_of(stage)["titles"]["de"] == "Geld"


def test_people_without_administration_find_help_instead(stage, new_page):
    for user_id, name in ((MANAGER, "manager"), (READER, "reader")):
        someone = seat(new_page(), stage, user_id)
        someone.open_application()

        expect(someone.frame.get_by_role("heading", level=1)).to_have_text("Deal Payments")
        expect(someone.frame.get_by_text("Settings are for portal administrators.")).to_be_visible()
        expect(someone.frame.locator(".steps li")).to_have_count(4)
        expect(someone.frame.get_by_role("button")).to_have_count(0)
        look_at_both_widths(someone, f"help-{name}")
