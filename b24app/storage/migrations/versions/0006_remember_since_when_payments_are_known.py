"""Remember since when each payment of a card is known, to say how long it has been waiting."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("card_memory", sa.Column("first_seen", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("card_memory", "first_seen")
