"""Write the links that open a person's own program with a message filled in. Pure.

All parts are percent-encoded, line breaks as CRLF (RFC 6068, RFC 5724), and only what is an address
beyond doubt goes before the question mark: a value as typed can add no header and no recipient.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

MAX_LINK = 2000
"""Windows hands a program no more than 2,048 characters of a link."""

MAX_RECIPIENT = 254

EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]+(\.[\w-]+)+")
PHONE = re.compile(r"\+?[\d\s().\-/\u00a0\u2010-\u2015]+")
TRUNK = re.compile(r"\(0\)")
DIGITS = range(5, 16)
"""How many digits a number has that can be dialled (E.164 allows 15)."""

MOST_BEFORE_SLASH = (("+", 7), ("00", 9), ("0", 6), ("", 4))
"""By how a number begins, the most digits of a country and an area, after which people write a
slash: `+49 171/555…`, `030/555…`. Behind more it parts two numbers, or a number and an extension.
"""


@dataclass(frozen=True, slots=True)
class ProgramLink:
    """A link in two parts, between which the recipient stands. `is_shortened`: see `fitting`."""

    before: str
    after: str
    is_shortened: bool = False

    def to(self, recipient: str = "") -> str:
        """Return the link to an encoded recipient, "" for nobody yet."""
        return f"{self.before}{recipient}{self.after}"


def email_recipient(typed: str) -> str:
    """Return an e-mail address for a link, "" for what is not exactly one address."""
    recipient = quote(typed, safe="@") if EMAIL.fullmatch(typed) else ""
    return recipient if len(recipient) <= MAX_RECIPIENT else ""


def phone_recipient(typed: str) -> str:
    """Return a number for a link, its sign and digits; "" for what programs could not dial.

    `+49 (0)30 …` names the zero that is dialled within the country only. Two numbers in one field
    are none: joined, they would be that of a stranger.
    """
    if not PHONE.fullmatch(typed) or typed.count("/") > 1 or len(typed.splitlines()) > 1:
        return ""
    sign = "+" if typed.startswith("+") else ""
    before, *after = (
        _digits(part) for part in (TRUNK.sub("", typed) if sign else typed).split("/")
    )
    if after and len(before) > next(
        most for begin, most in MOST_BEFORE_SLASH if (sign + before).startswith(begin)
    ):
        return ""
    digits = before + "".join(after)
    return sign + digits if len(digits) in DIGITS else ""


def _digits(text: str) -> str:
    """Return the digits of any script as those that are dialled."""
    return "".join(str(int(digit)) for digit in text if digit.isdecimal())


def whatsapp_recipient(phone: str) -> str:
    """Return the digits of a number that names its country, "" for any other (quirk 92)."""
    return phone.removeprefix("+") if phone.startswith("+") else ""


def email(subject: str, text: str, short: str) -> ProgramLink:
    """Write a mail. A subject is one line, whatever its values hold."""
    line = " ".join(subject.split())
    return fitting("mailto:", f"?subject={_encoded(line)}&body=", text, short)


def sms(text: str, short: str) -> ProgramLink:
    """Write a text message. iPhones look for `&body=`, others for `?body=`: this is both."""
    return fitting("sms:", "?&body=", text, short)


def whatsapp(text: str, short: str) -> ProgramLink:
    """Open a chat in WhatsApp, or its list of chats."""
    return fitting("https://wa.me/", "?text=", text, short, line_break="\n")


def telegram(address: str, text: str) -> ProgramLink:
    """Open Telegram's list of chats. The address comes first by itself, then the text."""
    before = f"https://t.me/share/url?url={_encoded(address)}"
    return fitting(before, "&text=", text, "", line_break="\n")


def fitting(
    before: str, middle: str, text: str, short: str, *, line_break: str = "\r\n"
) -> ProgramLink:
    """Return a link with the text, or with `short` where the text makes it too long."""
    link = ProgramLink(before, middle + _encoded(text, line_break))
    if len(link.to()) <= MAX_LINK - MAX_RECIPIENT:
        return link
    return ProgramLink(before, middle + _encoded(short, line_break), is_shortened=True)


def _encoded(text: str, line_break: str = "\r\n") -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return quote(line_break.join(lines), safe="")
