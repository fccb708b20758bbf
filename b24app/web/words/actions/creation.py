"""Hold the words of new payments, and of filling them in parts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from b24app.services.actions import Action, DeedName, OutcomeCode
from b24app.web.words.actions.action_words import LEFT_OUT, ActionWords, Said

CHANGED_ON_THE_WAY = _l("It ended half-way, because prices or the currency had changed")

CREATION = ActionWords(
    rules={
        Action.CREATE: (_l("New payment"), _l("Also Bill the rest")),
    },
    log={
        DeedName.CREATE: _l("Payment created"),
        DeedName.BILL_REST: _l("Rest billed"),
        DeedName.FILL: _l("Products added in steps"),
    },
    outcomes={
        OutcomeCode.PAYMENT_CREATED: Said(_l("Payment %(number)s created")),
        OutcomeCode.PAYMENT_CREATED_PARTLY: Said(
            _l(
                "Payment %(number)s was created, but without: %(names)s. Add them, or delete the "
                "payment."
            ),
            LEFT_OUT,
        ),
        OutcomeCode.PAYMENT_CREATED_BUSY: Said(
            _l(
                "Payment %(number)s was created, but without: %(names)s. Bitrix24 was busy. Wait a "
                "moment, then add them."
            ),
            LEFT_OUT,
        ),
        OutcomeCode.PAYMENT_CREATED_UNSEEN: Said(
            _l(
                "Payment %(number)s was created, but what is in it could not be read. Press "
                "Refresh."
            ),
            _l("What is in the new payment could not be read"),
        ),
        OutcomeCode.PAYMENT_MAYBE_CREATED: Said(
            _l(
                "Bitrix24 answered with an error, but payment %(number)s is new on this card and "
                "may be the one you asked for. Check it before you try again."
            ),
            _l("Bitrix24 answered with an error, but a new payment was there afterwards"),
        ),
        OutcomeCode.REST_BILLED: Said(
            _l("Payment %(number)s created with everything that was unbilled")
        ),
        OutcomeCode.REST_BILLED_BUT: Said(
            _l(
                "Payment %(number)s created. Only whole quantities can be billed here, so a part "
                "is left of: %(names)s"
            )
        ),
        OutcomeCode.BILLED_APART: Said(
            _l(
                "Payment %(number)s was created, but without: %(names)s. Bitrix24 does not put "
                "them into the same payment. Bill each in a payment of its own, with Bill the rest "
                "or New payment."
            ),
            LEFT_OUT,
        ),
        OutcomeCode.REST_NOT_BILLED: Said(
            _l(
                "Nothing was billed: Bitrix24 did not take %(names)s, so the new payment was "
                "deleted again."
            ),
            _l("Bitrix24 did not take the products, so the payment was deleted again"),
        ),
        OutcomeCode.REST_NOT_BILLED_BUSY: Said(
            _l(
                "Nothing was billed: Bitrix24 was busy, so the new payment was deleted again. Wait "
                "a moment, then try again."
            ),
            _l("Bitrix24 was busy, so the payment was deleted again"),
        ),
        OutcomeCode.REST_PARTLY: Said(
            _l(
                "Payment %(number)s was left half done: %(names)s may be missing in it. Check it, "
                "then complete it or delete it."
            ),
            LEFT_OUT,
        ),
        OutcomeCode.FILLING: Said(
            _l(
                "Payment %(number)s is not complete yet: %(done)s of %(total)s products are in it. "
                "Continue, unless someone else is adding them right now, or delete the payment."
            )
        ),
        OutcomeCode.FILLING_STOPPED: Said(
            _l(
                "Bitrix24 did not answer in time, so this stopped at %(done)s of %(total)s "
                "products. Wait a moment, then press Continue: nothing is added twice."
            ),
            _l("It stopped half-way, and the rest could be added later"),
        ),
        OutcomeCode.FILLING_PRICES: Said(
            _l(
                "This stopped at %(done)s of %(total)s products in payment %(number)s, because "
                "the price has changed of: %(names)s. Check the payment, then add the rest at "
                "the new prices with Add items, or delete the payment."
            ),
            CHANGED_ON_THE_WAY,
        ),
        OutcomeCode.FILLING_CURRENCY: Said(
            _l(
                "This stopped at %(done)s of %(total)s products in payment %(number)s, because "
                "the card has another currency now. Check the payment before you add the rest "
                "with Add items, or delete it."
            ),
            CHANGED_ON_THE_WAY,
        ),
    },
)

WORDS = (CREATION,)
