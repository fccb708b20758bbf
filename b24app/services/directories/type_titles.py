"""What the portal calls its kinds of cards: asked along with another question, never alone."""

from __future__ import annotations

from collections.abc import Mapping

from b24app.bitrix.methods import crm
from b24app.bitrix.methods.crm import OwnerType
from b24app.bitrix.wire.portal_api import Batch, BatchResult, Handle
from b24app.errors import AppError

Titles = Mapping[int, str]
"""Title by entity_type_id. Empty where the portal did not tell them."""


def ask(batch: Batch) -> Handle[tuple[OwnerType, ...]]:
    """Let a batch ask for the titles, too."""
    return batch.add(crm.owner_types(), is_optional=True)


def read(result: BatchResult, asked: Handle[tuple[OwnerType, ...]]) -> Titles:
    """The titles that a batch brought. A page can do without them."""
    try:
        return {one.entity_type_id: one.title for one in result[asked] if one.title}
    except AppError:
        return {}
