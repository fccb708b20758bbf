"""A portal that is busy, silent, closed, moved or broken: a human sentence, never a trace."""

from __future__ import annotations

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from tests.support.stage import PORTAL, READER, payments_in

TROUBLE = {
    "busy": (503, "Bitrix24 is busy"),
    "html": (502, "Bitrix24 did not answer"),
    "silent": (502, "Bitrix24 did not answer"),
    "lost": (502, "Bitrix24 did not answer"),
    "lost_html": (502, "Bitrix24 did not answer"),
    "invalid_json": (502, "Bitrix24 did not answer"),
    "close_before": (502, "Bitrix24 did not answer"),
    "redirect": (502, "Your Bitrix24 has a new address"),
    "portal_deleted": (503, "Your Bitrix24 is closed at the moment"),
}


@pytest.mark.parametrize("kind", TROUBLE)
def test_opening_says_what_happened_and_shows_nothing_wrong(stage, kind):
    status, words = TROUBLE[kind]
    tab = stage.open()
    stage.portal.faults.add("batch", kind, times=20)

    tab.show()

    assert tab.answer.status_code == status
    assert words in tab.answer.text
    assert "Traceback" not in tab.answer.text
    assert "Support code " in tab.answer.text
    assert payments_in(tab.answer.text) == {}


@pytest.mark.parametrize("kind", ["busy", "html", "portal_deleted"])
def test_a_refresh_that_fails_says_that_it_was_the_refresh(stage, kind):
    words = TROUBLE[kind][1]
    tab = stage.tab()
    stage.portal.faults.add("batch", kind, times=20)

    refreshed = tab.get("/payments", refresh=1).text
    looked_into = tab.get("/payments/details", ids=1039, rows=4).text

    assert f"The list was not refreshed. {words}." in refreshed
    assert words in looked_into
    assert "The list" not in looked_into


def test_a_login_before_the_portal_is_no_new_address(stage):
    """A company's own login stands before its portal and lets nobody pass without signing in."""
    to_login = {"Location": "https://login.company.example/adfs/ls/?wctx=%2Frest%2F"}
    before = stage.adapter.clients[PORTAL]
    tab = stage.open()
    stage.adapter.clients[PORTAL] = Client(Response("", 302, to_login))

    tab.show()

    assert tab.answer.status_code == 502
    assert "Bitrix24 did not let the app in" in tab.answer.text
    assert "new address" not in tab.answer.text
    stage.adapter.clients[PORTAL] = before
    assert payments_in(tab.show().text)


def test_a_portal_that_is_gone_from_the_network_is_named(stage):
    tab = stage.open()
    stage.adapter.clients.pop("localhost:8024")

    tab.show()

    assert tab.answer.status_code == 502
    assert "Bitrix24 cannot be reached" in tab.answer.text


def test_one_hiccup_of_a_read_is_not_worth_a_word(stage):
    tab = stage.open()
    stage.portal.faults.add("batch", "close_before")

    assert tab.show().status_code == 200


def test_a_busy_portal_is_asked_again_with_growing_pauses(stage):
    tab = stage.open()
    stage.slept.clear()
    stage.portal.faults.add("batch", "busy", times=2)

    assert tab.show().status_code == 200

    assert len(stage.slept) == 2
    assert stage.slept[0] < stage.slept[1]


def test_a_portal_that_refuses_the_methods_in_batch_is_served_singly_and_remembered(stage):
    for method in ("crm.item.payment.list", "crm.item.delivery.list"):
        stage.portal.faults.add(method, "batch_not_allowed", times=50)
    tab = stage.open()

    assert payments_in(tab.show().text)
    assert "pay__load" not in tab.answer.text, "details come when a payment is opened"

    stage.forget_calls()
    assert payments_in(tab.show().text)
    assert "pay__load" not in tab.answer.text
    assert not [call for call in stage.http_calls if call.path == "/rest/batch"]
    tab.get("/payments/details", ids="1039", rows=11)
    assert "Pendant lamp Aria 40" in tab.answer.text


def test_a_portal_that_refuses_every_batch_is_served_singly_and_remembered(stage):
    stage.portal.faults.add("batch", "batch_not_allowed", times=99)
    tab = stage.open()

    assert payments_in(tab.show().text)

    stage.forget_calls()
    assert payments_in(tab.show().text)
    assert not [call for call in stage.http_calls if call.path == "/rest/batch"]


def test_what_a_refused_name_directory_costs_is_only_the_names(stage):
    stage.portal.faults.add("user.get", "denied")
    tab = stage.tab(READER)

    tab.get("/payments/details", ids="1037", rows=11)

    assert tab.answer.status_code == 200
    assert "by user 7" in tab.answer.text
    assert "by <bdi>Marta Lindqvist</bdi>" in tab.get("/payments/details", ids="1037", rows=11).text


def test_a_portal_that_does_not_tell_what_is_unbilled_shows_the_rest(stage):
    stage.portal.faults.add("crm.item.productrow.getAvailableForPayment", "denied", times=5)

    tab = stage.tab()

    assert tab.answer.status_code == 200
    assert payments_in(tab.answer.text)
    assert "The unbilled products could not be read just now" in tab.answer.text
    assert "Not billed, " not in tab.answer.text


def test_an_answer_that_is_no_batch_proves_nobody(stage):
    tab = stage.open()
    stage.portal.faults.add("batch", "null", times=5)

    assert tab.show().status_code in {401, 403, 502}
    assert payments_in(tab.answer.text) == {}


@pytest.mark.parametrize("count", [5, 20])
@pytest.mark.parametrize("is_seen", [False, True])
def test_up_to_twenty_payments_cost_three_calls(stage, count, is_seen):
    stage.adapter.clients["localhost:8024"].post("/_control/seed", data={"payments": count})
    if is_seen:
        stage.tab()
        stage.forget_calls()
    tab = stage.tab()
    ids = sorted(payments_in(tab.answer.text), key=int, reverse=True)
    assert len(ids) == count
    if not is_seen:
        tab.get("/payments/details", ids=",".join(ids), rows=11)

    assert tab.answer.status_code == 200
    assert len(stage.http_calls) <= 3
    assert all(len(call.commands) <= 50 for call in stage.http_calls)
