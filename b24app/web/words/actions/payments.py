"""Hold the words of actions on a whole payment: marks, its payment system, deletion, its link."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from b24app.services.actions import Action, DeedName, OutcomeCode
from b24app.web.words.actions.action_words import NOT_AS_ASKED, NOT_CONFIRMED, ActionWords, Said

MARKS = ActionWords(
    rules={
        Action.PAY: (_l("Mark as paid"), ""),
        Action.UNPAY: (_l("Mark as unpaid"), ""),
    },
    log={
        DeedName.PAY: _l("Marked as paid"),
        DeedName.UNPAY: _l("Marked as unpaid"),
    },
    outcomes={
        OutcomeCode.PAID: Said(_l("Payment %(number)s marked as paid")),
        OutcomeCode.PAID_ZERO: Said(
            _l("Payment %(number)s marked as paid. It asks for nothing: its amount is zero.")
        ),
        OutcomeCode.PAID_OTHER_AMOUNT: Said(
            _l(
                "Payment %(number)s marked as paid. Someone else had changed its amount: check "
                "what you see now."
            ),
            _l("Its amount was changed by someone else at the same time"),
        ),
        OutcomeCode.PAID_AGAIN: Said(_l("Payment %(number)s is marked as paid again")),
        OutcomeCode.ALREADY_PAID: Said(
            _l("Payment %(number)s was already marked as paid"), is_note=True
        ),
        OutcomeCode.NOT_PAID: Said(
            _l(
                "Bitrix24 shows payment %(number)s as unpaid: "
                "it was not marked as paid, or someone else changed it back at the same moment."
            ),
            NOT_AS_ASKED,
        ),
        OutcomeCode.NOT_CONFIRMED_PAID: Said(
            _l(
                "Bitrix24 did not confirm it: payment %(number)s is shown as unpaid now. "
                "Press Refresh in a moment before you try again."
            ),
            NOT_CONFIRMED,
        ),
        OutcomeCode.UNPAID: Said(_l("Payment %(number)s marked as unpaid")),
        OutcomeCode.UNPAID_AGAIN: Said(_l("Payment %(number)s is marked as unpaid again")),
        OutcomeCode.UNPAID_NOT_RETURNED: Said(
            _l(
                "Payment %(number)s is marked as unpaid, but Bitrix24 no longer knows that its "
                "money was given back: it counts as waiting now."
            )
        ),
        OutcomeCode.ALREADY_UNPAID: Said(_l("Payment %(number)s was already unpaid"), is_note=True),
        OutcomeCode.NOT_UNPAID: Said(
            _l(
                "Bitrix24 shows payment %(number)s as paid: "
                "it was not marked as unpaid, or someone else changed it back at the same moment."
            ),
            NOT_AS_ASKED,
        ),
        OutcomeCode.NOT_CONFIRMED_UNPAID: Said(
            _l(
                "Bitrix24 did not confirm it: payment %(number)s is shown as paid now. "
                "Press Refresh in a moment before you try again."
            ),
            NOT_CONFIRMED,
        ),
    },
)

PAYMENT_SYSTEM = ActionWords(
    rules={
        Action.SYSTEM: (_l("Change payment system"), ""),
    },
    log={
        DeedName.CHANGE_SYSTEM: _l("Payment system changed"),
    },
    outcomes={
        OutcomeCode.SYSTEM_CHANGED: Said(_l("Payment system changed for payment %(number)s")),
        OutcomeCode.SYSTEM_ALREADY: Said(
            _l("Payment %(number)s already has this payment system. Nothing was changed."),
            is_note=True,
        ),
        OutcomeCode.SYSTEM_NOT_CHANGED: Said(
            _l("The payment system was not changed. What you see now is current."), NOT_AS_ASKED
        ),
    },
)

DELETION = ActionWords(
    rules={
        Action.DELETE: (_l("Delete payment"), ""),
    },
    log={
        DeedName.DELETE: _l("Payment deleted"),
    },
    outcomes={
        OutcomeCode.PAYMENT_DELETED: Said(_l("Payment %(number)s deleted")),
        OutcomeCode.PAYMENT_NOT_DELETED: Said(
            _l("Payment %(number)s was not deleted. What you see now is current."), NOT_AS_ASKED
        ),
    },
)

PUBLIC_LINK = ActionWords(
    rules={
        Action.LINK: (_l("Copy public link"), _l("And send it from one’s own programs")),
    },
    log={
        DeedName.TAKE_LINK: _l("Link taken"),
    },
    outcomes={
        OutcomeCode.LINK_TAKEN: Said(_l("The history of payment %(number)s names it")),
    },
)

WORDS = (MARKS, PAYMENT_SYSTEM, DELETION, PUBLIC_LINK)
