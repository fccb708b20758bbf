"""Remember the orders that the portal was seen to have canceled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from b24app.storage.columns import FreeText, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "canceled_orders",
        sa.Column("member_id", sa.String(length=64), nullable=False),
        sa.Column("entity_type_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entity_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("order_number", FreeText(), nullable=False),
        sa.Column("states", sa.JSON(), nullable=False),
        sa.Column("noted_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["portals.member_id"],
            name=op.f("fk_canceled_orders_member_id_portals"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "member_id",
            "entity_type_id",
            "entity_id",
            "order_number",
            name=op.f("pk_canceled_orders"),
        ),
    )
    op.create_index(op.f("ix_canceled_orders_noted_at"), "canceled_orders", ["noted_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_canceled_orders_noted_at"), table_name="canceled_orders")
    op.drop_table("canceled_orders")
