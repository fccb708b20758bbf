"""Drop times that were written and never read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from b24app.storage.columns import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

UNREAD = (
    ("portals", "created_at"),
    ("launches", "proven_at"),
    ("jobs", "created_at"),
    ("idempotency_keys", "finished_at"),
)


def upgrade() -> None:
    for table, column in UNREAD:
        op.drop_column(table, column)


def downgrade() -> None:
    """Empty in the rows there are: the older version does not read them, either."""
    for table, column in UNREAD:
        op.add_column(table, sa.Column(column, UtcDateTime(), nullable=True))
