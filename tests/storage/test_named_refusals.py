"""Lines of the log that name refusals by codes of a portal get the names that mean the same."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from alembic import command

from b24app.domain import EntityRef
from b24app.services.writing.error_names import ErrorName
from b24app.storage import activity
from b24app.storage.models import Activity
from b24app.storage.session import Database, upgrade

from .setting import MEMBER, install
from .test_named_errors import migrate

NOW = datetime(2026, 3, 14, tzinfo=UTC)
DETAILS = {
    ("pay", "error:business_refusal/SALE_ORDER_PAID_ORDER_CANCELED"): "error:order_canceled",
    ("pay", "error:order_canceled/order_canceled_taken_back"): "error:canceled_taken_back",
    ("pay", "error:order_canceled/order_canceled"): "error:order_canceled",
    ("pay", "error:business_refusal/SALE_ORDER_PAYMENT_NOT_ENOUGH_USER_BUDGET_EXT"): (
        "error:account_too_low"
    ),
    ("delete", "error:business_refusal/SALE_PAYMENT_DELETE_EXIST_PAID"): "error:paid_undeletable",
    ("create", "error:business_refusal/SALE_PAYMENT_PAYMENT_SERVICE_EMPTY"): "error:no_pay_system",
    ("create", "error:unexplained_refusal/0"): "error:creation_refused",
    ("add_items", "error:unexplained_refusal/0"): "error:unexplained_refusal/0",
    ("pay", "error:input/too_many"): "error:input/too_many",
    ("pay", "paid"): "paid",
}


@pytest.fixture
def older(blank_database_url, cipher):
    database = Database(blank_database_url).of_all()
    upgrade(database)
    install(database, cipher, NOW)
    with database.transaction() as session:
        for action, detail in DETAILS:
            ref = EntityRef(2, 8061)
            line = activity.Record(MEMBER, NOW, 7, "Marta", ref, action, "refused", detail=detail)
            activity.append(session, line)
    migrate(database, command.downgrade, "0010")
    yield database
    database.close()


def details(database):
    with database.reading() as session:
        return list(session.scalars(sa.select(Activity.detail).order_by(Activity.id)))


def test_the_log_names_what_a_refusal_means(older):
    upgrade(older)

    assert details(older) == list(DETAILS.values())
    names = {detail for detail in details(older) if "/" not in detail and detail != "paid"}
    assert names <= set(ErrorName)


def test_the_version_before_finds_codes_of_the_same_meaning(older):
    upgrade(older)
    migrate(older, command.downgrade, "0010")

    upgrade(older)

    assert details(older) == list(DETAILS.values())
