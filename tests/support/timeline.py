"""What stands in the timeline of a card, and what is known of how a portal takes lines."""

from __future__ import annotations

from b24app.services.directories import timeline_lines
from b24app.services.directories.timeline_lines import Known, Last
from tests.support.acts import PAID, PAY, SHOWN, SMALL, UNPAY

LINE = "crm.timeline.logmessage.add"
COMMENT = "crm.timeline.comment.add"
KEY, NOTE = "a-key-of-the-page-1", "bank statement 117"
KNOWN, UNKNOWN = "known", "unknown"
"""Portals that have shown that they end a batch at an error, and that have not."""

TEXTS = {
    PAY: ("Payment 3653/3 marked as paid", "€2,258.00 · by Marta Lindqvist"),
    UNPAY: ("Payment 3653/2 marked as unpaid", "€4,940.00 · by Marta Lindqvist"),
}
"""What the manager's lines say: title and text, without a note."""


def know_timeline(stage, **known):
    """As after the first mark: the portal has shown that a line can travel with the next one."""
    what = Known(**{"last": Last.LINE, "stops": True, **known})
    with stage.database.transaction() as session:
        timeline_lines.save(session, stage.portal.member_id, what, stage.deps.clock())


def lines(stage):
    """What stands in the timelines of the portal, oldest first."""
    return list(stage.portal.crm.log_messages.values())


def known(stage):
    with stage.database.reading() as session:
        return timeline_lines.load(session, stage.portal.member_id, stage.deps.clock())


def mark(tab, act, note="", key=None):
    name, payment_id = ("pay", SMALL) if act is PAY else ("unpay", PAID)
    return tab.post(f"/payments/{payment_id}/{name}", {**SHOWN[payment_id], "note": note}, key)


def require_true_lines(stage, act):
    """At most one line, of the mark that was asked for, and only where the portal has it."""
    assert len(lines(stage)) <= 1
    if lines(stage):
        assert act.done(stage)
        assert lines(stage)[0].title == TEXTS[act][0]
        assert lines(stage)[0].text == TEXTS[act][1]
