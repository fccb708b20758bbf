"""Words of the refusals that name their reason: of a payment, a payment system, a public link."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from b24app import errors
from b24app.web.words.sentences import Row, Words

NO_LINK = _l("There is no link")


def _same(words: LazyString, card: Words | None = None) -> Row:
    """Return a row that says the same after a write and in the log."""
    return Row(card, write=words, log=words)


REFUSALS: Mapping[type[errors.AppError], Row] = {
    errors.OrderCanceledError: _same(
        _l(
            "Nothing was changed: the order of this payment is canceled in Bitrix24. To go on, "
            "reopen it there."
        )
    ),
    errors.CanceledTakenBackError: _same(
        _l(
            "Not saved: the order of this payment is canceled in Bitrix24, so the amount would "
            "have stayed as it is. What was changed was taken back."
        )
    ),
    errors.CanceledNotCreatedError: _same(
        _l(
            "No payment was created: the order of this card is canceled in Bitrix24. To go on, "
            "reopen it there."
        )
    ),
    errors.AccountTooLowError: _same(
        _l(
            "Nothing was changed: Bitrix24 says that the client’s account in its shop holds too "
            "little for this, or is locked. Ask an administrator to check it there. A new payment "
            "with another payment system does not need it."
        )
    ),
    errors.AccountPerhapsTooLowError: _same(
        _l(
            "Nothing was changed: Bitrix24 refused this and gave no reason. If the payment is made "
            "from the client’s account in its shop, that may not hold that much."
        )
    ),
    errors.PaidUndeletableError: _same(
        _l("Nothing was changed: a paid payment cannot be deleted. Mark it as unpaid first.")
    ),
    errors.NoPaySystemError: _same(
        _l(
            "No payment was created: this Bitrix24 has no payment system for this card. "
            "An administrator can add one."
        )
    ),
    errors.PaySystemUnfitError: _same(
        _l("Nothing was changed: this payment system cannot be used here. Choose another one.")
    ),
    errors.NewPaymentUnfitError: _same(
        _l("No payment was created: this payment system cannot be used here. Choose another one.")
    ),
    errors.PaySystemsUnreadError: _same(
        _l(
            "Nothing was changed: the payment systems of this Bitrix24 cannot be read now. Try "
            "again in a moment; if it stays so, ask an administrator to open this app."
        )
    ),
    errors.CreationRefusedError: _same(
        _l(
            "No payment was created. Either your rights do not allow it, or your Bitrix24 plan "
            "allows no more payments. Ask an administrator."
        )
    ),
    errors.UnreadableRowError: _same(
        _l(
            "Nothing was changed: Bitrix24 sent data about this payment that cannot be read. Look "
            "at it there."
        ),
        Words(
            _l("This payment cannot be read"),
            _l(
                "Bitrix24 sent data that cannot be read. Nothing was changed. "
                "Look at the payment in Bitrix24."
            ),
            action="",
        ),
    ),
    errors.NoShopError: Row(
        Words(
            NO_LINK,
            _l("This Bitrix24 has no shop site yet. An administrator can create one in Bitrix24."),
            action="",
            icon="info",
        )
    ),
    errors.PhoneUnconfirmedError: Row(
        Words(
            NO_LINK,
            _l(
                "The phone of the shop site’s owner is not confirmed yet. "
                "An administrator can confirm it in Bitrix24."
            ),
            action="",
            icon="info",
        )
    ),
    errors.NoPublicPageError: Row(
        Words(
            NO_LINK,
            _l(
                "Bitrix24 has no public page for this payment. It may be setting one up: try again "
                "in a minute. If it stays so, an administrator can check the shop site in Bitrix24."
            ),
            icon="info",
        )
    ),
}
