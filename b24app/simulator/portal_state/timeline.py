"""What stands in the timeline of a card: log messages, activities; and the badges of activities."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from b24app.simulator.portal_state import events
from b24app.simulator.portal_state.people import MANAGER_ID

if TYPE_CHECKING:
    from b24app.simulator.portal_state.records import Payment
    from b24app.simulator.portal_state.state import PortalState

CONFIGURABLE, TODO = "CONFIGURABLE_REST_APP", "CRM_TODO"
# What a person does to an activity in the timeline, and the right on its card that it needs.
ACTIVITY_DEEDS = {"complete": "update", "postpone": "update", "delete": "delete"}


@dataclass
class LogMessage:
    """A line that an application wrote; nobody can change it on the card itself."""

    id: int
    entity_type_id: int
    entity_id: int
    author_id: int
    title: str
    text: str
    icon_code: str
    client_id: str | None
    created_at: datetime


@dataclass
class Activity:
    """A task of a card: `provider_id` is TODO, CONFIGURABLE, or what another part of CRM made.

    `owner` is the card's type and id. `subject` is a text, or one for each language. `layout` is
    what the application that made a configurable one (`client_id`) sent; badge and incoming are
    for that kind only.
    """

    id: int
    owner: tuple[int, int]
    provider_id: str
    author_id: int
    responsible_id: int
    created_at: datetime
    updated_at: datetime
    subject: object = ""
    description: str = ""
    deadline: datetime | None = None
    is_completed: bool = False
    ping_offsets: list[int] = field(default_factory=list)
    color_id: str = ""
    parent_id: int = 0
    originator_id: str = ""
    origin_id: str = ""
    client_id: str | None = None
    badge_code: str = ""
    is_incoming: bool = False
    layout: dict[str, object] = field(default_factory=dict)

    @property
    def is_configurable(self) -> bool:
        """Return whether an application draws it."""
        return self.provider_id == CONFIGURABLE

    @property
    def provider_type_id(self) -> str:
        """Return the kind within its provider."""
        return {CONFIGURABLE: "CONFIGURABLE", TODO: "TODO"}.get(self.provider_id, "")


@dataclass
class Badge:
    """A coloured label. Texts are one string, or one for each language."""

    code: str
    title: object
    value: object
    type: str


def change_activity(state: PortalState, activity: Activity, deed: str, user_id: int) -> None:
    """Do what a person does in the timeline: complete, postpone by a day, delete."""
    if deed == "delete":
        del state.crm.activities[activity.id]
        events.queue_activity(state, "DELETE", activity.id, user_id)
        return
    if deed == "complete":
        activity.is_completed = True
    elif activity.deadline is not None:
        activity.deadline += timedelta(days=1)
    activity.updated_at = state.clock.now()
    events.queue_activity(state, "UPDATE", activity.id, user_id)


def plan_reminder(state: PortalState, payment: Payment, due_in: timedelta) -> Activity:
    """Put down a reminder about a payment as our application sets one."""
    now, crm = state.clock.now(), state.crm
    owner = crm.orders[payment.order_id].owner
    if owner is None:
        raise ValueError("The payment belongs to no card")
    activity = Activity(
        id=crm.next_id("activity"),
        owner=owner,
        provider_id=CONFIGURABLE,
        author_id=MANAGER_ID,
        responsible_id=MANAGER_ID,
        created_at=now,
        updated_at=now,
        subject="Payment is expected",
        deadline=now + due_in,
        originator_id="deal_payments",
        origin_id=str(payment.id),
        client_id=state.application.client_id,
    )
    crm.activities[activity.id] = activity
    return activity
