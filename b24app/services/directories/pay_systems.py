"""Read the portal's payment systems: a directory of ids and names, with the portal's grant.

`sale.paysystem.list` is for CRM administrators, but managers must be able to choose. So the
directory is read with the grant and kept for an hour, ids and names only (decisions 21 and 22).

The client's account in the shop is one of a portal's payment systems, made by the portal itself. It
is not offered, as Bitrix24 does not offer it: a mark would take money, and give none back (quirk
109).
"""

from __future__ import annotations

from datetime import timedelta

from b24app.bitrix.methods import portal as portal_api
from b24app.domain import PaySystem
from b24app.errors import AppError, InputCode, InputError, PaySystemsUnreadError
from b24app.services.auth import grant
from b24app.services.auth.card_session import CardSession
from b24app.services.auth.grant import Purpose
from b24app.storage import cached_lists

KIND = "payment_systems"
FORMER_KIND = "pay_systems"
"""The kind of version 1.0.0, whose lists do not tell the client's account: read by nobody now."""

KEPT = timedelta(hours=1)
FORMER_KEPT = timedelta(days=1)
"""Longer than processes of that version run beside those of a later one."""

SECONDS = 6.0
BY_PORTAL = 0
"""Chosen instead of a payment system: the portal picks one, a cash one first (quirk 32)."""


def directory(card: CardSession, seconds: float = SECONDS) -> tuple[PaySystem, ...]:
    """Return what can be chosen, in the portal's order. An older list is better than none."""
    with card.db.reading() as session:
        kept = cached_lists.load(session, card.member_id, KIND)
    if kept is not None and kept.is_fresh(card.clock(), KEPT):
        return _systems(kept.data)
    try:
        return read(card, seconds)
    except AppError:
        return _systems(kept.data) if kept is not None else ()


def accounts_in(kept: cached_lists.Kept | None) -> frozenset[int]:
    """Return which payment systems are known to be the client's account, by the kept directory."""
    if kept is None:
        return frozenset()
    return frozenset(int(system_id) for system_id, _name, is_account in kept.data if is_account)


def read(card: CardSession, seconds: float = SECONDS) -> tuple[PaySystem, ...]:
    """Read the directory with the portal's grant and keep it. Raises the portal's errors."""
    found = grant.call(
        card.deps, card.member_id, Purpose.PAY_SYSTEMS, portal_api.pay_systems(), seconds
    )
    with card.db.transaction() as session:
        data = [[system.id, system.name, system.is_account] for system in found]
        cached_lists.save(session, card.member_id, KIND, data, card.clock())
    return tuple(system for system in found if not system.is_account)


def known(card: CardSession, system_id: int) -> PaySystem:
    """Prove that a payment system is one of the portal's.

    Raises InputError, or PaySystemsUnreadError if there is no list to prove it with.
    """
    systems = directory(card)
    if not systems:
        raise PaySystemsUnreadError("no payment systems can be read")
    for system in systems:
        if system.id == system_id:
            return system
    raise InputError("no such payment system", code=InputCode.NO_SYSTEM, field="pay_system_id")


def default_id(card: CardSession) -> int | None:
    """Return the payment system of the settings if the portal has it; else the portal picks."""
    chosen = card.rules.default_pay_system
    systems = directory(card) if chosen is not None else ()
    return chosen if any(system.id == chosen for system in systems) else None


def chosen_id(card: CardSession, choice: int | None) -> int | None:
    """Return the payment system of a new payment; None if the portal picks one.

    `choice` comes from a form: None for nothing, which means the default, or `BY_PORTAL` to let
    the portal pick. Raises like `known`.
    """
    if choice is None:
        return default_id(card)
    return known(card, choice).id if choice != BY_PORTAL else None


def _systems(data: object) -> tuple[PaySystem, ...]:
    kept = data if isinstance(data, list) else []
    return tuple(
        PaySystem(int(system_id), str(name))
        for system_id, name, is_account in kept
        if not is_account
    )
