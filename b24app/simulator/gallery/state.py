"""What a state of the gallery is, and the deeds and steps that its tables are written in."""

from __future__ import annotations

from dataclasses import dataclass

from b24app.simulator.portal_state.people import MANAGER_ID

Deed = tuple[str, dict[str, str]]
"""An action of the control panel with its fields."""

Step = str | tuple[str, str]
"""A control to press, by its CSS selector in the frame, or one with what is put in or chosen."""

MEANWHILE = "meanwhile"
"""The step at which `State.meanwhile` happens; without it that is before the first step."""

DEAL = "/crm/deal/details/{}/?active_tab=app"
INVOICE = "/crm/type/31/details/{}/?active_tab=app"
PROJECT = "/crm/type/1036/details/{}/?active_tab=app"
DEMO = DEAL.format(8061)
PROJECT_TAB = "CRM_DYNAMIC_1036_DETAIL_TAB"

OPEN_DIALOG, OPEN_POP = "dialog[open]", ".pop:popover-open"
GO = f"{OPEN_DIALOG} .dialog__foot :is(.btn--primary, .btn--danger)"
"""The button of a dialog that does what it asks about."""


@dataclass(frozen=True)
class State:
    """One state: `name` is in its address, `title` is for people.

    card       the page that is opened, by `user`
    before     deeds before that
    meanwhile  deeds of somebody else once the page stands
    steps      what is then pressed; `then` says it to people
    sees       what must be seen in the end, as a CSS selector in the frame
    says       what stands there, in English
    is_installed  False: the application's installation is not finished
    closes     what the steps opened can be closed, and then nothing is left of them
    is_large   so large that axe takes long, and finds nothing that it would not find elsewhere
    """

    name: str
    title: str
    sees: str
    says: str = ""
    card: str = DEMO
    user: int = MANAGER_ID
    before: tuple[Deed, ...] = ()
    meanwhile: tuple[Deed, ...] = ()
    steps: tuple[Step, ...] = ()
    then: str = ""
    is_installed: bool = True
    closes: bool = False
    is_large: bool = False


def fault(method: str, kind: str, times: int = 90, **fields: str) -> Deed:
    """Return the deed that plans a fault."""
    return "fault", {"method": method, "kind": kind, "times": str(times), **fields}


def switch(name: str, value: str) -> Deed:
    """Return the deed that turns a switch of the portal."""
    return "switch", {"name": name, "value": value}


def order(do: str, **fields: str) -> Deed:
    """Return what somebody does to an order or a product row."""
    return "order", {"do": do, **fields}


def payment(do: str, **fields: str) -> Deed:
    """Return what somebody does to a payment."""
    return "payment", {"do": do, **fields}


def reminder(number: int, days: int) -> Deed:
    """Return that a reminder about a payment is there, due in so many days."""
    return "activity", {"do": "remind", "id": str(number), "days": str(days)}


def tab(code: str, bound: str = "yes") -> Deed:
    """Return that the application's tab is on a kind of card, or is taken away."""
    return "tab", {"code": code, "bound": bound}
