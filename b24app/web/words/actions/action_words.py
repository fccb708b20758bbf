"""Define what is said about an action, and about the endings that all of them share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from b24app.services.actions import Action, DeedName, OutcomeCode


@dataclass(frozen=True, slots=True)
class Said:
    """`card` is shown next to the payments, `log` is the reason in the activity log.

    What ended well, or is still running, has no reason there. `is_note`: it was so already and
    nothing was changed, which is no success.
    """

    card: LazyString
    log: LazyString | None = None
    is_note: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionWords:
    """The words of an action, or of a few that are ruled together.

    `rules` are title and hint on the settings page, `log` is the name in the activity log.
    """

    rules: Mapping[Action, tuple[LazyString, LazyString | str]] = field(default_factory=dict)
    log: Mapping[DeedName, LazyString] = field(default_factory=dict)
    outcomes: Mapping[OutcomeCode, Said] = field(default_factory=dict)


NOT_AS_ASKED = _l("Bitrix24 took it, but did not show it afterwards")
NOT_CONFIRMED = _l("Bitrix24 did not confirm it")
"""No answer came, so nobody knows whether Bitrix24 took it."""
LEFT_OUT = _l("Not everything could be put into the payment")

EVERY_WRITE = ActionWords(
    outcomes={
        OutcomeCode.NOT_CONFIRMED: Said(
            _l(
                "Bitrix24 did not confirm it, and what you see now is how it was a moment ago. "
                "Press Refresh in a moment before you try again."
            ),
            NOT_CONFIRMED,
        ),
        OutcomeCode.UNSEEN: Said(
            _l(
                "Bitrix24 has carried this out, but the present state could not be read. Press "
                "Refresh."
            ),
            _l("Carried out, but the state afterwards could not be read"),
        ),
        OutcomeCode.UNASKED: Said(
            _l("Bitrix24 did not answer. Nothing was changed. Try again in a moment."),
            _l("Bitrix24 did not answer before anything was sent"),
        ),
        OutcomeCode.ABANDONED: Said(
            _l(
                "The first attempt was interrupted, and it is not known whether it was carried "
                "out. What you see now is current; check it before you try again."
            ),
            _l("The first attempt was interrupted"),
        ),
    },
)
