"""Users of the portal and what each may do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

ADMIN_ID = 1
MANAGER_ID = 7
READER_ID = 9
OUTSIDER_ID = 12

# Areas of CRM rights. "crm" stands for leads, contacts, companies and smart processes.
AREAS = ("deal", "invoice", "order", "crm")
LEVELS = ("none", "read", "update", "delete")
_AREA_OF_TYPE = {2: "deal", 31: "invoice", 14: "order"}


@dataclass
class User:
    """One employee. Names are fictional.

    `rights` maps an area to none, read, update or delete. Single contacts and companies can be
    closed to somebody who sees the others: `hidden_cards` are their types and ids.
    """

    id: int
    name: str
    last_name: str
    position: str
    gender: str = ""
    is_admin: bool = False
    is_active: bool = True
    has_signed_in: bool = True
    is_extranet: bool = False
    language: str = "en"
    time_zone: str = "Europe/Berlin"
    departments: tuple[int, ...] = (1,)
    rights: dict[str, str] = field(default_factory=dict)
    hidden_cards: set[tuple[int, int]] = field(default_factory=set)

    @property
    def full_name(self) -> str:
        """Return name and last name."""
        return f"{self.name} {self.last_name}"

    def local(self, moment: datetime) -> datetime:
        """Return a moment in this person's time zone, in which the portal's pages show it."""
        return moment.astimezone(ZoneInfo(self.time_zone))

    @property
    def email(self) -> str:
        """Return a fictional address."""
        return f"{self.name}.{self.last_name}@portal.example".lower()

    @property
    def is_crm_admin(self) -> bool:
        """Return whether the user may change CRM settings (crm.type.list, sale.paysystem.list)."""
        return self.is_admin

    def may(self, level: str, area: str) -> bool:
        """Return whether the user holds at least `level` (read, update, delete) in an area."""
        held = LEVELS[-1] if self.is_admin else self.rights.get(area, "none")
        return LEVELS.index(held) >= LEVELS.index(level)

    def may_on(self, level: str, card: tuple[int, int]) -> bool:
        """Return whether the user holds at least `level` on a card, named by type and id."""
        return card not in self.hidden_cards and self.may(level, area_of(card[0]))


def area_of(entity_type_id: int) -> str:
    """Return the rights area of a CRM type."""
    return _AREA_OF_TYPE.get(entity_type_id, "crm")


def make_users() -> dict[int, User]:
    """Return the users by id: 1 admin, 7 manager, 9 read-only, 12 none, 15 gone, 20 extranet."""
    everything = dict.fromkeys(AREAS, "delete")
    users = (
        User(ADMIN_ID, "Anna", "Berger", "Head of sales", "F", is_admin=True),
        User(MANAGER_ID, "Marta", "Lindqvist", "Sales manager", "F", rights=everything),
        User(READER_ID, "Jonas", "Weber", "Controller", "M", rights=dict.fromkeys(AREAS, "read")),
        User(OUTSIDER_ID, "Paula", "Novak", "Warehouse", "F", departments=(2,)),
        User(15, "Erik", "Sandberg", "Sales manager", "M", is_active=False),
        User(20, "Clara", "Duarte", "Architect", "F", is_extranet=True, departments=()),
    )
    return {user.id: user for user in users}
