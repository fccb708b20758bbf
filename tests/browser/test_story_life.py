"""What a portal lives through after the installation: update, move, subscription, the end."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from b24app.services.lifecycle import subscriptions
from b24app.storage import portals
from tests.support.browser_stage import ADMIN, DEAL_CARD, MANAGER
from tests.support.story import (
    DEAL_TAB,
    INVOICE_TAB,
    bound,
    deliver,
    handled_events,
    look_at_both_widths,
    open_settings,
    save_settings,
    seat,
    settings_of,
    tab_names,
    tables_naming_the_portal,
)


def known_token(stage):
    deps = stage.deps
    with deps.db.reading() as session:
        return portals.application_token(session, deps.cipher, stage.portal.member_id)


def test_an_update_binds_anew_and_learns_its_token(stage, new_page):
    admin = seat(new_page(), stage, ADMIN)
    events = handled_events(stage)
    stage.portal.installation.placements.pop()
    old_token = known_token(stage)

    admin.go("/marketplace/")
    admin.page.get_by_role("button", name="Update to version 2").click()
    admin.page.get_by_text("Version 2. Installed.").wait_for()
    assert handled_events(stage) == []
    deliver(stage)

    assert handled_events(stage) == events
    assert bound(stage) == [DEAL_TAB, INVOICE_TAB]
    assert known_token(stage) == stage.portal.installation.application_token != old_token
    manager = seat(new_page(), stage, MANAGER)
    manager.open_tab()
    expect(manager.frame.locator("[data-payment-id]")).to_have_count(4)


def test_a_tab_opens_at_the_new_address_of_a_portal_that_moved(stage, new_page):
    old, port = stage.portal.origin, stage.portal.domain.partition(":")[2]
    stage.portal.move(f"127.0.0.1:{port}")
    manager = seat(new_page(), stage, MANAGER)
    policies = []
    manager.page.on(
        "response",
        lambda answer: (
            policies.append(answer.headers["content-security-policy"])
            if "/placement?" in answer.url
            else None
        ),
    )

    manager.open_tab()

    unpaid = stage.payments[2]
    expect(manager.frame.locator("[data-payment-id]")).to_have_count(4)
    assert policies[-1].endswith(f"frame-ancestors http://127.0.0.1:{port}")
    assert old not in policies[-1]
    manager.press(manager.button("Mark as paid", manager.payment(unpaid)))
    manager.press(manager.button("Mark as paid", manager.dialog))
    expect(manager.status(unpaid)).to_have_text("Paid")
    # The old address would have answered 302, and nothing is ever followed there.
    assert {one.status for one in stage.http_calls} == {200}


def test_a_subscription_that_ended_is_said_until_it_is_renewed(stage, new_page):
    stage.portal.set_payment_expired(True)
    for user_id, name in ((MANAGER, "manager"), (ADMIN, "admin")):
        someone = seat(new_page(), stage, user_id)
        someone.page.may_fail_to_load = True

        someone.start_tab()

        someone.expect_words(someone.alert)
        expect(someone.alert).to_contain_text("subscription")
        look_at_both_widths(someone, f"subscription-ended-{name}")

    stage.portal.set_payment_expired(False)
    deliver(stage)
    someone.open_tab()
    expect(someone.frame.locator("[data-payment-id]")).to_have_count(4)


@pytest.mark.parametrize("is_clean", [True, False], ids=["with data", "settings kept"])
def test_an_uninstallation_ends_every_tab(is_clean, stage, new_page):
    admin = seat(new_page(), stage, ADMIN)
    manager = seat(new_page(), stage, MANAGER)
    manager.page.may_fail_to_load = True
    open_settings(admin, "Defaults").get_by_label("Keep the activity log for").select_option("90")
    save_settings(admin)
    kept = settings_of(stage)
    manager.open_tab()
    manager.press(manager.button("Mark as paid", manager.payment(stage.payments[2])))
    manager.press(manager.button("Mark as paid", manager.dialog))
    expect(manager.status(stage.payments[2])).to_have_text("Paid")

    admin.go("/marketplace/")
    if is_clean:
        admin.page.get_by_label("Delete settings and data").check()
    admin.page.get_by_role("button", name="Uninstall").click()
    admin.page.get_by_role("button", name="Install", exact=True).wait_for()
    deliver(stage)

    left = set() if is_clean else {"portal_settings", "activity"}
    assert tables_naming_the_portal(stage) == left
    manager.press(manager.button("Refresh"))
    manager.expect_words(manager.said.get_by_role("alert"))
    assert "Payments" not in tab_names(seat(new_page(), stage, MANAGER), DEAL_CARD)
    stage.install()
    expected = "365" if is_clean else "90"
    frame = open_settings(admin, "Defaults")
    expect(frame.get_by_label("Keep the activity log for")).to_have_value(expected)
    assert settings_of(stage) == ({} if is_clean else kept)
    # The tab that stayed open all the while goes on, with a token of the new installation.
    manager.press(manager.button("Refresh"))
    expect(manager.said.get_by_role("alert")).to_have_count(0)
    expect(manager.frame.locator("[data-payment-id]")).to_have_count(4)


@pytest.fixture
def elsewhere(stage, monkeypatch):
    """The portal has another address, and then its old one again, before the app learns of it."""
    monkeypatch.setattr(subscriptions, "ask_where_it_is", lambda *_: None)

    @contextmanager
    def elsewhere():
        domain = stage.portal.domain
        stage.portal.move(f"127.0.0.1:{domain.partition(':')[2]}")
        yield
        stage.portal.move(domain)

    return elsewhere


def test_a_card_that_was_reopened_says_no_more_that_it_has_to_be(stage, person, elsewhere):
    person.page.may_fail_to_load = True
    person.open_tab()
    with elsewhere():
        person.press(person.button("Refresh"))
        expect(person.alert).to_contain_text("Your Bitrix24 has a new address")
    stage.payments[2].account_number = "3653/9"

    person.press(person.button("Reopen tab"))

    expect(person.frame.locator("#payments")).to_contain_text("3653/9")
    expect(person.frame.locator(".toast")).to_have_count(0)


def test_settings_that_were_reopened_keep_what_was_typed_and_can_be_saved(
    stage, new_page, elsewhere
):
    admin = seat(new_page(), stage, ADMIN)
    admin.page.may_fail_to_load = True
    frame = open_settings(admin, "Defaults")
    frame.get_by_label("Deutsch").fill("Zahlungen")
    with elsewhere():
        admin.press(admin.button("Save settings"))
        expect(admin.alert).to_contain_text("Your Bitrix24 has a new address")

    admin.press(admin.button("Reopen tab"))

    expect(frame.locator(".toast")).to_have_count(0)
    expect(frame.get_by_label("Deutsch")).to_have_value("Zahlungen")
    save_settings(admin)
