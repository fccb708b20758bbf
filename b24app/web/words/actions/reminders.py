"""Hold the words of reminders about payments."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from b24app.services.actions import Action, DeedName, OutcomeCode
from b24app.web.words.actions.action_words import NOT_AS_ASKED, NOT_CONFIRMED, ActionWords, Said

REMINDERS = ActionWords(
    rules={
        Action.REMIND: (_l("Remind me"), _l("An activity in the card’s timeline, with a date")),
    },
    log={
        DeedName.REMIND: _l("Reminder set"),
        DeedName.CANCEL_REMINDER: _l("Reminder removed"),
    },
    outcomes={
        OutcomeCode.REMINDER_SET: Said(
            _l("Reminder set: payment %(number)s is expected on %(day)s")
        ),
        OutcomeCode.REMINDER_MOVED: Said(
            _l("Reminder moved: payment %(number)s is expected on %(day)s")
        ),
        OutcomeCode.REMINDER_ALREADY: Said(
            _l("There is a reminder of payment %(number)s on %(day)s already"), is_note=True
        ),
        OutcomeCode.REMINDER_NOT_SET: Said(
            _l("The reminder of payment %(number)s was not set. The payment itself is as it was."),
            NOT_AS_ASKED,
        ),
        OutcomeCode.REMINDER_NOT_CONFIRMED: Said(
            _l(
                "Bitrix24 did not confirm the reminder of payment %(number)s. Press Refresh in a "
                "moment before you try again. The payment itself is as it was."
            ),
            NOT_CONFIRMED,
        ),
        OutcomeCode.REMINDER_BUSY: Said(
            _l(
                "Someone else is setting a reminder of payment %(number)s at this moment. Nothing "
                "was changed. Press Refresh in a moment."
            ),
            _l("Someone else did the same at that moment"),
        ),
        OutcomeCode.REMINDER_OF_PAID: Said(
            _l(
                "Nothing was changed: payment %(number)s is paid, so there is nothing to remind of."
            ),
            _l("The payment is paid"),
        ),
        OutcomeCode.REMINDER_ADRIFT: Said(
            _l(
                "A to-do about payment %(number)s is in the card’s timeline now, but Bitrix24 did "
                "not let this app link it with the payment: complete it there yourself."
            ),
            _l("The to-do could not be linked with the payment"),
        ),
        OutcomeCode.REMINDER_CANCELED: Said(_l("Reminder of payment %(number)s removed")),
        OutcomeCode.REMINDER_NONE: Said(
            _l(
                "Payment %(number)s has no reminder any more: somebody completed or deleted it in "
                "Bitrix24"
            ),
            is_note=True,
        ),
        OutcomeCode.REMINDER_STILL_THERE: Said(
            _l(
                "Bitrix24 did not confirm it: the reminder of payment %(number)s is still there. "
                "Press Refresh in a moment before you try again."
            ),
            NOT_CONFIRMED,
        ),
        OutcomeCode.REMINDER_NOT_CANCELED: Said(
            _l(
                "The reminder of payment %(number)s was not removed. You can complete it in the "
                "card’s timeline. The payment itself is as it was."
            ),
            NOT_AS_ASKED,
        ),
    },
)

WORDS = (REMINDERS,)
