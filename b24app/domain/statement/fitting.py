"""Say how an amount is found in a line: clearly, in two ways, in doubt, or not at all."""

from __future__ import annotations

from enum import StrEnum

from b24app.domain.card import Money
from b24app.domain.statement.figures import Figure
from b24app.domain.statement.lines import Line


class Fit(StrEnum):
    """How an amount is found in a line."""

    CLEAR = "clear"
    UNCLEAR = "unclear"
    DOUBTFUL = "doubtful"
    CURRENCY = "currency"
    NONE = "none"


ORDER = (Fit.CLEAR, Fit.UNCLEAR, Fit.DOUBTFUL, Fit.CURRENCY)


def fit_of(line: Line, money: Money) -> Fit:
    """Return how an amount is found in a line. It is clear where no other one may be meant."""
    incoming = _incoming(line)
    fitting = [one for one in incoming if one.may_be(money.amount, money.currency)]
    found = {_figure_fit(line, one, money) for one in fitting}
    best = next((fit for fit in ORDER if fit in found), Fit.NONE)
    if best is Fit.NONE and _is_beside_what_came(line, money):
        return Fit.DOUBTFUL if line.is_against else Fit.UNCLEAR
    if best in {Fit.CLEAR, Fit.UNCLEAR} and line.is_against:
        return Fit.DOUBTFUL
    # Who writes decimals writes them always: 4711 is an account there.
    is_bare = all(one.is_bare for one in fitting)
    others = [one for one in incoming if is_bare or not one.is_bare]
    if best is Fit.CLEAR and any(_is_another(line, one, money) for one in others):
        return Fit.UNCLEAR
    return best


def _incoming(line: Line) -> list[Figure]:
    """Return what may have come in: where a sign or a column says it, only that."""
    came = [one for one in line.figures if one.goes == 1]
    unsaid = [one for one in line.figures if one.goes == 0]
    return came or [one for one in unsaid if one.decides] or unsaid


def _is_beside_what_came(line: Line, money: Money) -> bool:
    """Return whether an amount fits that no sign is at: "100.00 1,100.00CR" has a balance."""
    return any(
        figure.goes == 0 and figure.is_plain and _figure_fit(line, figure, money) is Fit.CLEAR
        for figure in line.figures
        if figure.may_be(money.amount, money.currency)
    )


def _is_another(line: Line, figure: Figure, money: Money) -> bool:
    """Return whether this is another amount that may be of the same currency."""
    own = line.currencies if figure.currencies is None else figure.currencies
    is_possible = (not own and figure.currencies is None) or money.currency in own
    return is_possible and figure.is_amount and not figure.may_be(money.amount, money.currency)


def _figure_fit(line: Line, figure: Figure, money: Money) -> Fit:
    own = line.currencies if figure.currencies is None else figure.currencies
    is_other = bool(own) or figure.currencies is not None
    if is_other and money.currency not in own:
        return Fit.CURRENCY
    is_hinted = figure.currencies is None and any(money.currency not in one for one in line.hints)
    is_open = figure.currencies is None or len(figure.currencies) > 1
    is_of_others = is_open and bool(line.nations) and money.currency not in line.nations
    if is_hinted or is_of_others or figure.doubts - {money.currency}:
        return Fit.DOUBTFUL
    # Of several that the line names, one that stands elsewhere may be the one.
    is_certain = figure.currencies is not None or len(own) <= 1 or _is_one_sign(line, own)
    return Fit.CLEAR if is_certain and figure.is_clear(money.currency) else Fit.UNCLEAR


def _is_one_sign(line: Line, own: frozenset[str]) -> bool:
    """Return whether these are what one sign, such as $, may mean."""
    return any(one.currencies == own for one in line.figures) or own in line.hints
