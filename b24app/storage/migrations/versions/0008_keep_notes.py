"""Keep the note or reference that a person gave when marking a payment."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The default serves processes of the previous version, which may still be running.
    note = sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False)
    op.add_column("activity", note)


def downgrade() -> None:
    op.drop_column("activity", "note")
