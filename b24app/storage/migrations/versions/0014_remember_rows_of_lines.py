"""Remember which product row a line of a payment was added from: rows may share a basket."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("card_memory", sa.Column("line_rows", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("card_memory", "line_rows")
