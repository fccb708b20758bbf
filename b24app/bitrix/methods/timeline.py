"""The timeline of a card. https://apidocs.bitrix24.com, crm/timeline (rest-contract e.23)."""

from __future__ import annotations

from b24app.bitrix.command import Command
from b24app.bitrix.methods.method import Method
from b24app.bitrix.methods.object_types import code_of
from b24app.bitrix.methods.outcomes import new_id
from b24app.bitrix.wire.decoding import record, refuse_false
from b24app.domain import EntityRef

LOG_MESSAGE = Method(
    name="crm.timeline.logmessage.add",
    scope="crm",
    page="crm-timeline-logmessage-add",
    is_write=True,
)


def log_message(ref: EntityRef, title: str, text: str, icon: str = "info") -> Command[bool]:
    """Write a line that nobody can change on the card, as the acting user. Writes.

    Not idempotent. Plain text, no markup; an unknown icon shows none.
    """
    fields = {
        "entityTypeId": ref.entity_type_id,
        "entityId": ref.entity_id,
        "title": title,
        "text": text,
        "iconCode": icon,
    }

    def decode(value: object) -> bool:
        refuse_false(LOG_MESSAGE.name, value)
        record(LOG_MESSAGE.name, value)
        return True

    return LOG_MESSAGE.command({"fields": fields}, decode)


COMMENT = Method(
    name="crm.timeline.comment.add", scope="crm", page="crm-timeline-comment-add", is_write=True
)
MARKUP = str.maketrans("[]", "()")
"""A comment reads what is in such brackets, and nothing escapes them: `[USER=1]` calls somebody."""


def comment(ref: EntityRef, text: str, path: str = "") -> Command[int]:
    """Write a comment, which colleagues can change, as the acting user; answers its id. Writes.

    With a path of the portal, which holds no bracket, the first line leads there. Not idempotent.
    """
    plain = text.translate(MARKUP)
    if path:
        first, line_end, more = plain.partition("\n")
        plain = f"[URL={path}]{first}[/URL]{line_end}{more}"
    fields = {
        "ENTITY_ID": ref.entity_id,
        "ENTITY_TYPE": code_of(ref.entity_type_id).lower(),
        "COMMENT": plain,
    }
    return COMMENT.command({"fields": fields}, new_id(COMMENT.name))
