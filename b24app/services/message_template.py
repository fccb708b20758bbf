"""The text that goes to a client with a payment's link: its placeholders, and how it is filled.

Administrators may write their own. What is empty is the default, in the language of whoever sends.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

NUMBER, AMOUNT, LINK = "number", "amount", "link"
IN_SUBJECT = frozenset({NUMBER, AMOUNT})
IN_TEXT = frozenset({NUMBER, AMOUNT, LINK})
MAX_SUBJECT = 120
MAX_TEXT = 600

PLACEHOLDER = re.compile(r"\{(\w+)\}")
BRACES = re.compile(r"[{}]")


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """A subject for e-mails and a text, each "" for the default."""

    subject: str = ""
    text: str = ""


def cleaned(typed: str, *, is_one_line: bool = False) -> str:
    """Return typed text with one kind of line break, without blanks at the ends of its lines."""
    lines = [line.rstrip() for line in typed.splitlines()]
    return " ".join(" ".join(lines).split()) if is_one_line else "\n".join(lines).strip()


def subject_error(subject: str) -> str:
    """Return the code of what is wrong with a subject, "" where nothing is."""
    return _error(subject, IN_SUBJECT, MAX_SUBJECT)


def text_error(text: str) -> str:
    """Return the code of what is wrong with a text, "" where nothing is."""
    error = _error(text, IN_TEXT, MAX_TEXT)
    if not error and text and f"{{{LINK}}}" not in text:
        return "no_link"
    return error


def fill(template: str, values: Mapping[str, str]) -> str:
    """Return the template with its placeholders replaced, once: values are not read as templates.

    What is no placeholder stays as it is.
    """
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), template)


def without_link(template: str) -> str:
    """Return a text without the lines that hold nothing but the link."""
    lines = (line for line in template.split("\n") if line.strip() != f"{{{LINK}}}")
    return "\n".join(lines).strip()


def _error(template: str, known: frozenset[str], most: int) -> str:
    if len(template) > most:
        return f"longer_than_{most}"
    if not all(line.isprintable() for line in template.split("\n")):
        return "characters"
    rest = PLACEHOLDER.sub(lambda found: "" if found[1] in known else found[0], template)
    return "placeholder" if BRACES.search(rest) else ""
