"""Hold the words of the message with a payment's link, and fill it for one payment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from b24app.domain import Money
from b24app.services import message_template
from b24app.services.message_template import AMOUNT, LINK, NUMBER, MessageTemplate
from b24app.web.plumbing import i18n

SUBJECT = _l("Payment {number}, {amount}")
TEXT = _l("Hello,\n\nhere is the link for payment {number}, {amount}:\n{link}")


EXAMPLE_NUMBER, EXAMPLE_AMOUNT = "3653/4", Decimal(1250)
EXAMPLE_LINK = "https://example.com/~a1b2c"


@dataclass(frozen=True, slots=True)
class Message:
    """The message for one payment. `short` is all of it that nobody can do without."""

    subject: str
    text: str
    text_without_link: str
    short: str


def compose(template: MessageTemplate, number: str, amount: Money, address: str) -> Message:
    """Fill a template, or the default in the language of this answer."""
    money = _told(amount)
    values = {NUMBER: number, AMOUNT: money, LINK: address}
    text = template.text or str(TEXT)
    return Message(
        subject=message_template.fill(template.subject or str(SUBJECT), values),
        text=message_template.fill(text, values),
        text_without_link=message_template.fill(message_template.without_link(text), values),
        short=f"{number}, {money}\n{address}",
    )


def as_edited(template: MessageTemplate) -> Mapping[str, object]:
    """Return a template as the settings show it, with the defaults and what an example holds."""
    money = _told(Money(EXAMPLE_AMOUNT, "EUR"))
    values = {NUMBER: EXAMPLE_NUMBER, AMOUNT: money, LINK: EXAMPLE_LINK}
    shown = template.subject or str(SUBJECT), template.text or str(TEXT)
    return {
        "subject": template.subject,
        "text": template.text,
        "usual_subject": str(SUBJECT),
        "usual_text": str(TEXT),
        "values": values,
        "most_subject": message_template.MAX_SUBJECT,
        "most_text": message_template.MAX_TEXT,
        "preview": [message_template.fill(part, values) for part in shown],
    }


def _told(amount: Money) -> str:
    return i18n.plain_money(amount) if amount.is_readable else str(_("see the link"))
