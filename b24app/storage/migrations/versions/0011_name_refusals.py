"""Name in the log what a refusal means, no longer the code that a portal gave for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NAMES = {
    "SALE_ORDER_PAID_ORDER_CANCELED": "order_canceled",
    "order_canceled_taken_back": "canceled_taken_back",
    "order_canceled_not_created": "canceled_not_created",
    "order_canceled": "order_canceled",
    "SALE_ORDER_PAYMENT_NOT_ENOUGH_USER_BUDGET": "account_too_low",
    "SALE_PAYMENT_DELETE_EXIST_PAID": "paid_undeletable",
    "SALE_PAYMENT_PAYMENT_SERVICE_EMPTY": "no_pay_system",
    "unreadable_row": "unreadable_row",
    "systems_unread": "pay_systems_unread",
    "SALE_PAYMENT_WRONG_PAYMENT_SERVICE": "pay_system_unfit",
}
"""What a stored code starts with, first match first, and what its error is called from now on."""

REFUSALS = ("business_refusal", "order_canceled")
"""The only errors that came with these codes."""

CREATIONS = ("create", "bill_rest")
ACTIVITY = sa.table("activity", sa.column("detail", sa.Text()), sa.column("action", sa.Text()))


def upgrade() -> None:
    detail, action = ACTIVITY.c.detail, ACTIVITY.c.action
    whens = [
        (sa.or_(*(_starts(f"error:{kind}/{code}") for kind in REFUSALS)), f"error:{name}")
        for code, name in NAMES.items()
    ]
    unexplained = sa.and_(detail.like("error:%/0"), action.in_(CREATIONS))
    whens.append((unexplained, "error:creation_refused"))
    _rename(whens)


def downgrade() -> None:
    """Give the older version codes that it says the same for."""
    detail = ACTIVITY.c.detail
    codes = {name: code for code, name in reversed(NAMES.items())}
    whens = [
        (detail == f"error:{name}", f"error:business_refusal/{code}")
        for name, code in codes.items()
    ]
    whens.append((detail == "error:creation_refused", "error:unexplained_refusal/0"))
    _rename(whens)


def _rename(whens: list[tuple[sa.ColumnElement[bool], str]]) -> None:
    """Change the details in one pass over the log."""
    detail = ACTIVITY.c.detail
    values = [(condition, sa.literal(name)) for condition, name in whens]
    renamed = sa.case(*values, else_=detail)
    op.get_bind().execute(sa.update(ACTIVITY).where(detail.like("error:%")).values(detail=renamed))


def _starts(text: str) -> sa.ColumnElement[bool]:
    return sa.func.substr(ACTIVITY.c.detail, 1, len(text)) == text
