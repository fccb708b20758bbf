"""Remember every payment an opening was shown, those that are gone included."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("launches", sa.Column("shown", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column("launches", "shown")
