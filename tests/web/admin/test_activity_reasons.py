"""The log says why an action did not end well, in words; and everything else as people read it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from b24app import errors, services
from b24app.domain import EntityRef
from b24app.services.actions import OutcomeCode, OutcomeKind
from b24app.services.writing.error_names import name_of
from b24app.storage import activity
from b24app.storage.models import Activity
from b24app.web.plumbing import i18n
from b24app.web.words import activity_reasons, activity_words, outcome_words
from b24app.web.words.actions.joined import OUTCOMES
from tests.support.acts import PAID, SIGNS, SMALL
from tests.support.app_page import open_page
from tests.support.stage import MANAGER, NOW

CODES = re.compile(r"error:|\w_\w|\b0\b|Error\b")
CLASSES = [
    one
    for one in vars(errors).values()
    if isinstance(one, type) and issubclass(one, errors.AppError)
]
ENDED_WELL = {
    "paid", "already_paid", "unpaid", "already_unpaid", "delivery_reassigned", "delivery_already",
    "system_changed", "system_already", "payment_deleted", "payment_created",
    "paid_zero", "rest_billed", "rest_billed_but", "item_added", "items_added",
    "items_there", "item_removed", "quantity_saved", "delivery_there", "delivery_added",
    "delivery_removed", "delivery_moved", "paid_again", "unpaid_again", "item_put_back",
    "quantity_put_back", "delivery_put_back", "delivery_added_twice", "delivery_reassigned_twice",
    "delivery_moved_twice", "filling", "unpaid_not_returned",
    "reminder_set", "reminder_moved", "reminder_already", "reminder_canceled", "reminder_none",
}  # fmt: skip


@pytest.fixture
def page(writing_stage):
    return open_page(writing_stage)


@pytest.fixture
def add(writing_stage):
    def add(**values):
        record = {
            "member_id": writing_stage.portal.member_id, "at": NOW, "user_id": MANAGER,
            "user_name": "Marta Lindqvist", "ref": EntityRef(2, 8061), "payment_id": SMALL,
            "payment_number": "3653/3", "action": "pay", "outcome": "done", **values,
        }  # fmt: skip
        with writing_stage.database.transaction() as session:
            activity.append(session, activity.Record(**record))

    return add


def newest(page):
    """Badge, outcome and reason of the newest line of the log."""
    text = page.get("/settings/activity").text
    found = re.search(r'badge badge--(\w+)">([\w ]+)</span>(?: <small>(.*?)</small>)?', text)
    return found.groups()


def too_many(tab):
    tab.post(f"/payments/{SMALL}/items", {"row": SIGNS, f"quantity-{SIGNS}": 99})


def delete_paid(tab):
    tab.delete(f"/payments/{PAID}")


def pay_canceled(tab):
    crm = tab.stage.portal.crm
    crm.orders[crm.payments[SMALL].order_id].is_canceled = True
    tab.post(f"/payments/{SMALL}/pay")


def bill_nothing(tab):
    crm = tab.stage.portal.crm
    for row in [one for one in crm.product_rows.values() if one.owner == (2, 8061)]:
        row.quantity = 0
    tab.post("/payments/rest")


def pay_without_rights(tab):
    tab.stage.portal.faults.add("crm.item.payment.pay", "denied")
    tab.post(f"/payments/{SMALL}/pay")


def pay_into_silence(tab):
    tab.stage.portal.faults.add("batch", "lost", times=9)
    tab.post(f"/payments/{SMALL}/pay")


def pay_without_an_answer(tab):
    tab.stage.portal.faults.add("crm.item.payment.pay", "close_before")
    tab.post(f"/payments/{SMALL}/pay")


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (too_many, ("unpaid", "Refused", "There is not that much left to bill.")),
        (delete_paid, ("unpaid", "Refused", "This payment is paid")),
        (
            pay_canceled,
            (
                "unpaid",
                "Refused",
                "Nothing was changed: the order of this payment is canceled in Bitrix24. To go on, "
                "reopen it there.",
            ),
        ),
        (pay_without_rights, ("unpaid", "Refused", "Bitrix24 does not let this person do it")),
        (
            pay_into_silence,
            (
                "err",
                "Not known",
                "Bitrix24 did not answer, so it is not known whether it was carried out",
            ),
        ),
        (pay_without_an_answer, ("err", "Not known", "Bitrix24 did not confirm it")),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_the_log_says_what_kind_of_end_it_was_and_why(writing_stage, page, act, expected):
    act(writing_stage.tab())
    writing_stage.portal.faults.clear()

    assert newest(page) == expected


def test_what_ended_well_needs_no_reason(writing_stage, page):
    writing_stage.tab().post(f"/payments/{SMALL}/pay")

    assert newest(page) == ("ok", "Done", None)


@pytest.mark.parametrize("kind", CLASSES)
def test_every_error_has_a_reason_in_words(writing_stage, kind):
    codes = [*outcome_words.BAD_INPUT, "", "0", "ERROR_CORE", "100"]
    with writing_stage.app.test_request_context():
        for code in codes:
            name = name_of(kind)
            detail = f"{name}/{code}" if code else str(name)
            for action in ("pay", "create"):
                line = Activity(outcome=OutcomeKind.REFUSED, detail=detail, action=action)
                said = activity_reasons.reason(line, {})
                assert said
                assert not CODES.search(said)


def ended(*kinds):
    """Codes with which the services end a write in one of these ways, as far as they say so."""
    found: set[OutcomeCode] = set()
    for file in Path(services.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call):
                names = {ast.unparse(node) for arg in call.args for node in ast.walk(arg)}
                if any(f"OutcomeKind.{kind.name}" in names for kind in kinds):
                    found.update(
                        code for code in OutcomeCode if f"OutcomeCode.{code.name}" in names
                    )
    return found


def test_every_outcome_that_is_announced_has_a_reason_or_needs_none():
    without = {code for code, said in OUTCOMES.items() if said.log is None}
    well = {OutcomeKind.DONE, OutcomeKind.ALREADY}

    assert without >= ENDED_WELL
    assert without - ENDED_WELL <= ended(*well)
    assert not without & ended(*set(OutcomeKind) - well)


@pytest.mark.parametrize("detail", ["error:no_such", "error:input_", "of_a_later_version"])
def test_a_code_of_another_version_is_not_shown(detail):
    line = Activity(outcome=OutcomeKind.FAILED, detail=detail, action="pay")

    assert activity_reasons.reason(line, {}) == ""


def test_tabs_that_could_not_be_changed_are_named_as_the_portal_names_them(page, add):
    detail = "CRM_DYNAMIC_1036_DETAIL_TAB: ERROR_CORE, CRM_DEAL_DETAIL_TAB: unknown"
    add(action="settings", outcome="partial", detail=detail)

    reason = newest(page)[2]

    assert reason == "Could not be changed: Installation projects, Deals"


def test_a_card_of_a_smart_process_is_called_by_its_title(page, add):
    add(ref=EntityRef(1036, 11))

    assert ">Installation projects, item 11</a>" in page.get("/settings/activity").text


@pytest.mark.parametrize(
    ("locale", "text", "expected"),
    [
        ("en", "2258 EUR", "€2,258.00"),
        ("de", "2258 EUR", "2.258,00\xa0€"),
        ("en", "1500.5 JPY", "¥1,500.5"),
        ("en", "-10.55 USD", "-$10.55"),
        ("de", "2.5", "2,5"),
        ("en", "20", "20"),
        ("en", "deleted", "deleted"),
        ("en", "Bank transfer", "Bank transfer"),
        ("en", "<b>", "&lt;b&gt;"),
        ("en", "rules, retention_days", "rules, retention"),
    ],
)
def test_amounts_and_numbers_are_shown_as_people_read_them(writing_stage, locale, text, expected):
    with writing_stage.app.test_request_context():
        i18n.use_language(locale)

        shown = re.sub(r"</?data[^>]*>", "", activity_words.value(text))

    assert shown == expected


def test_a_deletion_has_its_amount_formatted_in_the_log_and_in_the_history(writing_stage, page):
    tab = writing_stage.tab()
    tab.delete(f"/payments/{SMALL}")

    assert re.search(r"<bdi><data [^>]*>€2,258.00</data> → deleted</bdi>",
                     page.get("/settings/activity").text)  # fmt: skip


def test_the_history_has_reasons_and_words(writing_stage, add):
    add(before="unpaid", after="paid")
    add(outcome="refused", detail="error:order_canceled")

    text = writing_stage.tab().get(f"/payments/{SMALL}/history").text

    assert "<bdi>unpaid → paid</bdi>" in text
    assert "<b>Refused</b>" in text
    assert "the order of this payment is canceled in Bitrix24" in text
