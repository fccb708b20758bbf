"""The button of a reminder opens our application: it leads to a payment on its card."""

from __future__ import annotations

import re

import pytest

from tests.support.acts import FOREIGN, SMALL
from tests.support.stage import STRANGER, token_in


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def come(stage, options, user_id=7):
    answer = stage.frame("/", stage.post_fields(user_id, "DEFAULT", options))
    assert answer.status_code == 200
    return answer


def follow(stage, answer, token=""):
    """Ask for what the shell asks for, or the button of an error that took its place."""
    path, *_others = re.findall(r'hx-get="(/payments[^"]+)"', answer.text)
    path = path.replace("&amp;", "&")
    headers = {
        "Authorization": f"Bearer {token or token_in(answer)}",
        "HX-Request": "true",
        "HX-Target": "tab",
    }
    return stage.client.get(path, headers=headers)


OF_DEAL = {"entityTypeId": "2", "entityId": "8061", "activityId": "999"}


def test_the_button_of_a_reminder_opens_its_payment(stage):
    page = follow(stage, come(stage, {**OF_DEAL, "paymentId": str(SMALL)}))

    assert page.status_code == 200
    assert re.search(rf'id="payment-{SMALL}"[^>]*data-asked-for', page.text)
    assert page.text.count("data-asked-for") == 1
    assert "Deal 8061" in page.text
    assert 'data-portal-path="/crm/deal/details/8061/"' in page.text


def test_trying_again_after_a_failed_first_load_opens_the_same_payment(stage):
    stage.fail("crm.item.payment.list", "error_500")
    shell = come(stage, {**OF_DEAL, "paymentId": str(SMALL)})

    failed = follow(stage, shell)
    again = follow(stage, failed, token_in(shell))

    assert failed.status_code >= 500
    assert again.status_code == 200
    assert re.search(rf'id="payment-{SMALL}"[^>]*data-asked-for', again.text)
    assert 'id="apart"' in again.text


def test_the_menu_item_about_the_application_finds_the_payment_by_the_activity(stage):
    activity = stage.plan_reminder(SMALL)
    stage.tab()
    options = {**OF_DEAL, "activityId": str(activity.id), "context": "aboutMenuItem"}

    page = follow(stage, come(stage, options))

    assert re.search(rf'id="payment-{SMALL}"[^>]*data-asked-for', page.text)


def test_a_payment_that_is_not_on_the_card_is_told_and_not_shown(stage):
    page = follow(stage, come(stage, {**OF_DEAL, "paymentId": str(FOREIGN)}))

    assert page.status_code == 200
    assert "is not on this card" in page.text
    assert not re.search(rf"\b{FOREIGN}\b", page.text)
    assert "data-asked-for" not in page.text


def test_whoever_may_not_read_the_card_sees_nothing_of_it(stage):
    page = follow(stage, come(stage, {**OF_DEAL, "paymentId": str(SMALL)}, user_id=STRANGER))

    assert page.status_code in {403, 404}
    assert "data-payment-id" not in page.text
    assert "3653/" not in page.text


def test_the_shell_holds_nothing_of_the_card(stage):
    """It is sent before anybody is proven."""
    shell = come(stage, {**OF_DEAL, "paymentId": str(SMALL)}).text

    assert "3653/" not in shell
    assert "data-payment-id" not in shell


@pytest.mark.parametrize(
    "options",
    [
        None,
        {},
        {"context": "aboutMenuItem"},
        {"paymentId": "1038"},
        {"entityTypeId": "2", "paymentId": "1038"},
        {"entityTypeId": "1036", "entityId": "11"},
        {"entityTypeId": "two", "entityId": "8061"},
        {"entityTypeId": "2", "entityId": "-8061"},
        {"entityTypeId": "2", "entityId": "9" * 5000},
        {"entityTypeId": ["2"], "entityId": {"a": "8061"}},
        {"page": "rules"},
    ],
    ids=repr,
)
def test_without_a_card_it_is_the_page_of_the_application(stage, options):
    assert 'id="settings"' in come(stage, options).text


@pytest.mark.parametrize("payment_id", ["x", "-1", "1e9", "9" * 400, '"><script>', ""])
def test_an_odd_payment_opens_the_card_alone(stage, payment_id):
    shell = come(stage, {**OF_DEAL, "paymentId": payment_id})

    assert "script>" not in shell.text.partition("<body")[2].partition("</main>")[0]
    page = follow(stage, shell)
    assert page.status_code == 200
    assert "data-asked-for" not in page.text


@pytest.mark.parametrize(
    "query", [{"payment": "x"}, {"payment": "-1"}, {"activity": "1e9"}, {"payment": "9" * 99}]
)
def test_an_odd_address_shows_the_card_alone(stage, query):
    tab = stage.tab()

    answer = tab.get("/payments", **query)

    assert answer.status_code == 200
    assert "data-asked-for" not in answer.text


def test_an_invoice_opens_as_well(stage):
    options = {"entityTypeId": "31", "entityId": "512"}

    page = follow(stage, come(stage, options))

    assert page.status_code == 200
    assert "Invoice 2026-0512" in page.text
