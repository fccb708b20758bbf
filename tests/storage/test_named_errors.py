"""Rows of older versions name errors by their classes: they get the names that mean the same."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from b24app.domain import EntityRef
from b24app.services.writing.error_names import ErrorName
from b24app.storage import activity
from b24app.storage.models import Activity, IdempotencyKey
from b24app.storage.session import Database, _alembic_config, upgrade

from .setting import MEMBER, install

NOW = datetime(2026, 3, 14, tzinfo=UTC)
DETAILS = {
    "error:BusinessRefusalError/SALE_ORDER_PAID_ORDER_CANCELED": "error:order_canceled",
    "error:InputError/too_many": "error:input/too_many",
    "error:PaidLockedError": "error:paid_locked",
    "error:PortalSilentError": "error:portal_silent",
    "error:OfAnotherVersionError/0": "error:OfAnotherVersionError/0",
    "paid": "paid",
    "CRM_DEAL_DETAIL_TAB: ERROR_CORE": "CRM_DEAL_DETAIL_TAB: ERROR_CORE",
    "": "",
}
VALUES = {"number": "3653/3"}
ANSWERS = {
    "done": (200, "paid", False, "paid", "done"),
    "refused": (409, "error:PaidLockedError", True, "error:paid_locked", "refused"),
    "failed": (502, "not_paid", True, "not_paid", "failed"),
    "silent": (502, "error:PortalSilentError", True, "error:portal_silent", "failed"),
}


@pytest.fixture
def older(blank_database_url, cipher):
    """A database of the version before, with what it wrote."""
    database = Database(blank_database_url).of_all()
    # Written at today's schema, which later columns belong to, and brought back to the one before.
    upgrade(database)
    install(database, cipher, NOW)
    with database.transaction() as session:
        for detail in DETAILS:
            activity.append(session, record(detail))
        for key, (status, code, is_alert, *_) in ANSWERS.items():
            said = {"code": code, "is_alert": is_alert, "values": VALUES, "payment_id": 1038}
            session.add(answer(key, status, said))
        session.add(answer("settings", 200, None))
    migrate(database, command.downgrade, "0006")
    yield database
    database.close()


def migrate(database, how, revision):
    with database.engine.begin() as connection:
        config = _alembic_config()
        config.attributes["connection"] = connection
        how(config, revision)


def record(detail):
    return activity.Record(MEMBER, NOW, 7, "Marta", EntityRef(2, 8061), "pay", "x", detail=detail)


def answer(key, status, said):
    return IdempotencyKey(
        member_id=MEMBER, user_id=7, key=key, fingerprint="", state="done",
        status=status, announcement=said, started_at=NOW,
    )  # fmt: skip


def details(database):
    with database.reading() as session:
        return list(session.scalars(sa.select(Activity.detail).order_by(Activity.id)))


def answers(database):
    with database.reading() as session:
        rows = session.scalars(sa.select(IdempotencyKey)).all()
        return {row.key: row.announcement for row in rows}


def test_the_log_names_errors_as_today(older):
    upgrade(older)

    assert details(older) == list(DETAILS.values())


def test_an_answer_that_a_key_repeats_names_them_too_and_how_it_ended(older):
    upgrade(older)

    found = answers(older)
    assert found.pop("settings") is None
    for key, (_, _, _, code, kind) in ANSWERS.items():
        assert (found[key]["code"], found[key]["kind"]) == (code, kind)
        assert (found[key]["values"], found[key]["payment_id"]) == (VALUES, 1038)


def test_the_version_before_finds_its_own_names_again(older):
    upgrade(older)
    migrate(older, command.downgrade, "0006")

    assert details(older) == list(DETAILS)
    found = answers(older)
    for key, (_, code, is_alert, *_) in ANSWERS.items():
        assert (found[key]["code"], found[key]["is_alert"]) == (code, is_alert)


def test_every_class_of_the_version_before_has_the_name_of_an_error(older):
    names = ScriptDirectory.from_config(_alembic_config()).get_revision("0007").module.NAMES
    upgrade(older)
    with older.transaction() as session:
        for name in names:
            activity.append(session, record(f"error:{name}/100"))
    migrate(older, command.downgrade, "0006")

    upgrade(older)

    found = [detail.removesuffix("/100") for detail in details(older)[len(DETAILS) :]]
    assert found == [f"error:{name}" for name in names.values()]
    assert set(found) <= set(ErrorName)
