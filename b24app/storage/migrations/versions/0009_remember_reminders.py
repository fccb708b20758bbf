"""Remember the open reminders about payments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from b24app.storage.columns import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payment_reminders",
        sa.Column("member_id", sa.String(length=64), nullable=False),
        sa.Column("entity_type_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entity_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("payment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("deadline", UtcDateTime(), nullable=True),
        sa.Column("is_todo", sa.Boolean(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["portals.member_id"],
            name=op.f("fk_payment_reminders_member_id_portals"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "member_id",
            "entity_type_id",
            "entity_id",
            "payment_id",
            name=op.f("pk_payment_reminders"),
        ),
    )
    op.create_index(op.f("ix_payment_reminders_seen_at"), "payment_reminders", ["seen_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_payment_reminders_seen_at"), table_name="payment_reminders")
    op.drop_table("payment_reminders")
