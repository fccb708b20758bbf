"""Hold the words of the message with a payment's link, and fill it for one payment."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from b24app.domain import Money
from b24app.services import message_template
from b24app.services.message_template import AMOUNT, LINK, NUMBER, MessageTemplate
from b24app.web.plumbing import i18n

SUBJECT = _l("Payment {number}, {amount}")
TEXT = _l("Hello,\n\nhere is the link for payment {number}, {amount}:\n{link}")


@dataclass(frozen=True, slots=True)
class Message:
    """The message for one payment. `short` is all of it that nobody can do without."""

    subject: str
    text: str
    text_without_link: str
    short: str


def compose(template: MessageTemplate, number: str, amount: Money, address: str) -> Message:
    """Fill a template, or the default in the language of this answer."""
    money = plain_money(amount)
    values = {NUMBER: number, AMOUNT: money, LINK: address}
    text = template.text or str(TEXT)
    return Message(
        subject=message_template.fill(template.subject or str(SUBJECT), values),
        text=message_template.fill(text, values),
        text_without_link=message_template.fill(message_template.without_link(text), values),
        short=f"{number}, {money}\n{address}",
    )


def plain_money(amount: Money) -> str:
    """Return an amount as text that every program takes, with plain blanks."""
    return i18n.money(amount).striptags() if amount.is_readable else str(_("see the link"))
