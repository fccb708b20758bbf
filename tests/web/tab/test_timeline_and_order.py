"""What the settings and the sorting ask of the portal beside the payments themselves."""

from __future__ import annotations

import pytest

from b24app.storage import settings
from tests.support.stage import ADMIN


def allow_comments(stage):
    with stage.deps.db.transaction() as session:
        settings.save(
            session,
            stage.portal.member_id,
            {"comment_in_timeline": True},
            updated_by=ADMIN,
            now=stage.deps.clock(),
        )


def test_paying_writes_a_timeline_comment_only_where_settings_ask_for_it(stage):
    tab = stage.tab()
    tab.post("/payments/1039/pay")
    assert stage.asked("crm.timeline.comment.add") == []

    allow_comments(stage)
    tab.post("/payments/1039/unpay")

    (comment,) = stage.executed("crm.timeline.comment.add")
    assert comment.params["fields"]["COMMENT"] == "Payment 3653/4 was marked as unpaid."
    assert comment.params["fields"]["ENTITY_TYPE"] == "deal"


def test_a_refused_comment_does_not_make_a_paid_payment_unpaid(stage):
    allow_comments(stage)
    tab = stage.tab()
    stage.portal.faults.add("crm.timeline.comment.add", "denied")

    tab.post("/payments/1039/pay")

    assert tab.answer.status_code == 200
    assert "marked as paid" in tab.said


def test_nothing_changed_is_nothing_to_comment_on(stage):
    allow_comments(stage)
    tab = stage.tab()

    tab.post("/payments/1037/pay")

    assert stage.asked("crm.timeline.comment.add") == []


@pytest.mark.parametrize(
    ("sort", "order", "first"),
    [
        ("newest", {"id": "desc"}, "1039"),
        ("oldest", {"id": "asc"}, "1036"),
        ("amount-down", {"sum": "desc"}, "1039"),
        ("amount-up", {"sum": "asc"}, "1036"),
        ("paid-date", {"datePaid": "desc"}, "1037"),
        ("waiting", {"id": "asc"}, "1038"),
    ],
)
def test_sorting_goes_to_the_portal_and_holds_on_the_page(stage, sort, order, first):
    tab = stage.open()

    text = tab.show(sort=sort).text

    listed = [one for one in stage.asked("crm.item.payment.list") if one.outcome == "ok"]
    assert listed[0].params["order"] == order
    assert text.index(f'data-payment-id="{first}"') == text.index("data-payment-id=")


def test_who_marks_a_payment_paid_is_named_at_once(stage):
    tab = stage.tab()

    tab.post("/payments/1039/pay")

    assert "by <bdi>Marta Lindqvist</bdi>" in tab.answer.text
