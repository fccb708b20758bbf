"""Keep pairs that wait for the portal's proof on the server, not in the browser."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pending_grants",
        sa.Column("launch_id", sa.String(36), nullable=False),
        sa.Column("member_id", sa.String(64), nullable=False),
        sa.Column("content_sealed", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("launch_id", name=op.f("pk_pending_grants")),
    )
    op.create_index(op.f("ix_pending_grants_member_id"), "pending_grants", ["member_id"])
    op.create_index(op.f("ix_pending_grants_expires_at"), "pending_grants", ["expires_at"])


def downgrade() -> None:
    op.drop_table("pending_grants")
