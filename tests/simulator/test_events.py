"""Events: when they are queued, and what is posted. Source: REST contract g.2."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from b24app.simulator.portal_state.events import deliver_now

URL = "https://app.example/events"


@pytest.fixture
def sent(state):
    """Deliver the queue; answers the posted fields of every event."""

    def deliver(status=200):
        posted = []

        def send(url, body):
            posted.append((url, dict(parse_qsl(body.decode()))))
            return status

        deliver_now(state, send)
        return [fields for url, fields in posted if url == URL]

    return deliver


@pytest.fixture
def bound(admin, state):
    state.grant_scope((*state.application.scopes, "sale"))
    for event in ("ONAPPUNINSTALL", "ONAPPUPDATE", "ONAPPPAYMENT", "ONAPPINSTALL",
                  "ONPAYMENTENTITYSAVED", "ONPAYMENTDELETED"):  # fmt: skip
        admin.result("event.bind", event=event, handler=URL)


@pytest.mark.usefixtures("bound")
@pytest.mark.parametrize(("clean", "digit"), [(True, "1"), (False, "0")])
def test_uninstall_has_the_application_token_and_no_other(state, sent, clean, digit):
    token = state.installation.application_token
    state.uninstall(clean)

    [fields] = sent()

    assert fields["event"] == "ONAPPUNINSTALL"
    assert fields["data[CLEAN]"] == digit
    assert fields["auth[application_token]"] == token
    assert fields["auth[member_id]"] == state.member_id
    assert fields["ts"].isdecimal()
    assert "auth[access_token]" not in fields


def test_an_uninstall_carries_no_token_of_the_person_who_bound_it(state, sent, admin):
    admin.result("event.bind", event="ONAPPUNINSTALL", handler=URL, auth_type=1)
    state.uninstall(clean=True)

    [fields] = sent()

    assert "auth[access_token]" not in fields


@pytest.mark.usefixtures("bound")
def test_the_parts_of_an_event_come_in_the_documented_order(state, sent):
    state.update_app()

    [fields] = sent()

    parts = list(dict.fromkeys(name.partition("[")[0] for name in fields))
    assert parts == ["event", "data", "ts", "auth"]


@pytest.mark.usefixtures("bound")
def test_update_brings_a_new_application_token_and_drops_handlers(state, sent, admin):
    before = state.installation.application_token

    state.update_app()

    [fields] = sent()
    assert (fields["data[VERSION]"], fields["data[PREVIOUS_VERSION]"]) == ("2", "1")
    assert fields["auth[application_token]"] not in {"", before}
    assert state.tokens.by_access(fields["auth[access_token]"]).user_id == 1
    assert state.tokens.by_refresh(fields["auth[refresh_token]"]) is not None
    assert admin.result("event.get") == []


@pytest.mark.usefixtures("bound")
def test_nothing_is_sent_while_the_subscription_is_over(state, sent):
    state.set_payment_expired(True)
    state.uninstall(clean=True)

    assert sent() == []


@pytest.mark.usefixtures("bound")
def test_renewal_is_announced(state, sent):
    state.set_payment_expired(True)
    state.set_payment_expired(False)

    [fields] = sent()

    assert fields["event"] == "ONAPPPAYMENT"
    assert fields["data[PAYMENT_EXPIRED]"] == "N"


@pytest.mark.usefixtures("bound")
def test_a_payment_event_names_the_payment_and_the_user(manager, sent):
    manager.result("crm.item.payment.pay", id=1038)
    manager.result("crm.item.payment.unpay", id=1038)
    manager.result("crm.item.payment.delete", id=1038)

    saved, _, deleted = sent()

    assert (saved["event"], saved["data[FIELDS][ID]"]) == ("ONPAYMENTENTITYSAVED", "1038")
    assert saved["auth[user_id]"] == "7"
    assert deleted["event"] == "ONPAYMENTDELETED"
    assert "event_handler_id" in saved


def test_payment_events_need_a_handler(manager, sent):
    manager.result("crm.item.payment.pay", id=1038)

    assert sent() == []


def test_installation_is_announced_to_handlers_bound_before_it_was_finished(state, as_user, sent):
    state.install_app()
    as_user(1).result("event.bind", event="ONAPPINSTALL", handler=URL)
    state.finish_install(1)

    [fields] = sent()

    assert fields["event"] == "ONAPPINSTALL"
    assert fields["data[INSTALLED]"] == "Y"


def test_only_an_administrator_finishes_an_installation(state):
    state.install_app()

    assert state.finish_install(7) is False
    assert state.finish_install(1) is True
    assert state.finish_install(1) is False


@pytest.mark.usefixtures("bound")
def test_a_failed_delivery_is_lost(state, sent):
    state.uninstall(clean=True)

    assert len(sent(status=500)) == 1
    assert sent() == []
    assert state.events.attempts[0].status == 500
