"""Remember which product row a basket of the portal belongs to, where the portal does not say."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("card_memory", sa.Column("basket_rows", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("card_memory", "basket_rows")
