"""Read the portal's titles for its kinds of cards, always together with another question."""

from __future__ import annotations

from collections.abc import Mapping

from b24app.bitrix.methods import crm
from b24app.bitrix.methods.crm import OwnerType
from b24app.bitrix.wire.portal_api import Batch, BatchResult, Handle
from b24app.errors import AppError

Titles = Mapping[int, str]
"""Title by entity_type_id. Empty if the portal did not send them."""

Kinds = frozenset[int]
"""The entity_type_ids of the portal. Empty if it did not say."""


def ask(batch: Batch) -> Handle[tuple[OwnerType, ...]]:
    """Ask for the titles in a batch."""
    return batch.add(crm.owner_types(), is_optional=True)


def read(result: BatchResult, asked: Handle[tuple[OwnerType, ...]]) -> Titles:
    """Return the titles from a batch. A page can do without them."""
    try:
        return {
            card_type.entity_type_id: card_type.title
            for card_type in result[asked]
            if card_type.title
        }
    except AppError:
        return {}


def listed(result: BatchResult, asked: Handle[tuple[OwnerType, ...]]) -> Kinds:
    """Return all kinds of cards that the portal has, also those without a title."""
    try:
        return frozenset(card_type.entity_type_id for card_type in result[asked])
    except AppError:
        return frozenset()
