"""What the lines of a bank statement say of payments, and that nothing is ever guessed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from b24app.domain import UNREADABLE, Money, Payment
from b24app.domain.statement.matching import OFFERED, Verdict, match


def payment(number, amount, currency="EUR", *, is_paid=False, payment_id=None):
    amount = amount if amount is UNREADABLE else Decimal(amount)
    payment_id = payment_id or abs(hash(number))
    return Payment(payment_id, number, is_paid, None, None, None, "", Money(amount, currency))


CARD = [
    payment("5/2", "1234.56", payment_id=1),
    payment("5/3", "100", payment_id=2),
    payment("5/4", "250.5", payment_id=3),
    payment("5/5", "250.50", payment_id=4),
    payment("5/6", "99", is_paid=True, payment_id=5),
    payment("5/7", "12.03", payment_id=6),
    payment("5/8", "1200", "JPY", payment_id=7),
    payment("5/9", "1234.567", "KWD", payment_id=8),
    payment("5/10", UNREADABLE, payment_id=9),
    payment("77", "640", payment_id=10),
]
CASES = [
    # The forms of a number.
    ("Payment 5/2 1.234,56", "sure 5/2"),
    ("№5/2 1.234,56", "sure 5/2"),
    ("No. 5 / 2: 1'234.56 EUR", "sure 5/2"),
    ("оплата по сч.№5/2 на сумму 1 234,56", "sure 5/2"),
    ("x ٥/٢ ١٬٢٣٤٫٥٦", "sure 5/2"),
    ("Payment 15/2 1.234,56", "likely 5/2"),
    ("Payment 5/21 1.234,56", "likely 5/2"),
    ("Payment 1/5/2 1.234,56", "likely 5/2"),
    ("5/2/2026 x 1.234,56", "likely 5/2"),
    ("order 77 cost 640.00", "likely 77"),
    ("order #77 640.00", "sure 77"),
    # The forms of an amount.
    ("x 5/2 1 234.56", "sure 5/2"),
    ("x 5/2 part 1 234.56", "unclear 5/2"),
    ("x 5/2 1,234.56", "sure 5/2"),
    ("x 5/2 1234.5600", "sure 5/2"),
    ("x 5/2 EUR1,234.56", "sure 5/2"),
    ("x 5/2 1.234,56€", "sure 5/2"),
    ("x 5/2 1,23456", "differs 5/2"),
    ("x 5/2 1,234.567", "differs 5/2"),
    ("x 5/9 1,234.567", "sure 5/9"),
    ("x 5/9 KWD 1234.567", "sure 5/9"),
    ("x 5/8 1,200", "sure 5/8"),
    ("x 5/8 ¥1,200", "sure 5/8"),
    ("x 5/3 100,000", "unclear 5/3"),
    ("x 5/3 100", "sure 5/3"),
    ("x 5/3 document 100", "unclear 5/3"),
    ("x 5/3 100 %", "differs 5/3"),
    ("x 5/3 INV-100", "differs 5/3"),
    ("x 5/10 100.00", "differs 5/10"),
    # What only looks like one.
    ("5/3 100.00", "unclear 5/3"),
    ("01.02.2026 5/3 100.00", "sure 5/3"),
    ("12.03", "unclear 5/7"),
    ("12.03.2026", "nothing"),
    ("12.03 EUR", "likely 5/7"),
    ("2026-01-02 at 12:03", "nothing"),
    ("Smith 1234.56", "likely 5/2"),
    ("Smith 250.50", "several 5/4 5/5"),
    ("Smith 99.00", "nothing"),
    ("x 5/6 99.00", "paid 5/6"),
    ("x 5/6 and 5/3: 199.00", "differs 5/3"),
    ("x 5/3 and 5/4: 350.50", "sure 5/3 5/4"),
    ("x 5/3 and 5/4: 100.00", "differs 5/3 5/4"),
    # Whose money, and which way it went.
    ("x 5/2 USD 1,234.56", "currency 5/2"),
    ("x 5/2 $1,234.56", "currency 5/2"),
    ("Smith 1,234.56 USD", "currency 5/2"),
    ("USD account: x 5/2 1,234.56", "currency 5/2"),
    ("x 5/2 1,234.56 EUR = 1,300.00 USD", "sure 5/2"),
    ("x 5/2 1,300.00 EUR = 1,234.56 USD", "currency 5/2"),
    ("x 5/3 -100.00", "outgoing 5/3"),
    ("x 5/3 −100,00", "outgoing 5/3"),
    ("x 5/3 100.00-", "outgoing 5/3"),
    ("x 5/3 (100.00)", "outgoing 5/3"),
    ("x 5/3 100,00 S", "outgoing 5/3"),
    ("x 5/3 100,00 H", "sure 5/3"),
    ("x 5/3 +100.00 balance -20.00", "sure 5/3"),
    ("x 5/3 - 100.00 EUR", "unclear 5/3"),
    ("Refund 5/3 100.00", "outgoing 5/3"),
    ("Возврат по счету 5/3 100,00", "outgoing 5/3"),
]


def said(text, payments=CARD):
    return [
        " ".join([one.verdict, *(each.number for each in one.payments)])
        for one in match(text, payments)
    ]


def test_a_line_says_what_it_says():
    wrong = {line: said(line) for line, expected in CASES if said(line) != [expected]}

    assert wrong == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Date;Text;Debit;Credit;Balance EUR\n"
            "12.03.2026;x 5/3;100,00;;5,00\n"
            "12.03.2026;x 5/2;;1.234,56;100,00\n"
            "13.03.2026;Smith;;7,00;100,00",
            ["nothing", "outgoing 5/3", "sure 5/2", "nothing"],
            id="columns",
        ),
        pytest.param(
            '2026-03-12,ACME,Payment 5/2,"1,234.56",EUR\n'
            "2026-03-12,ACME,Payment 5/3,100.00,900.00\n"
            "2026-03-12,ACME,Payment 5/4,1,250.50",
            ["sure 5/2", "unclear 5/3", "unclear 5/4"],
            id="commas",
        ),
        pytest.param(
            "Date\tAmount (USD)\tText\n12.03.2026\t100.00\tx 5/3",
            ["nothing", "currency 5/3"],
            id="currency of a column",
        ),
        pytest.param(
            "Paid out | Paid in | Text\n1234.56 | | x 5/2\n | 100.00 | x 5/3",
            ["nothing", "outgoing 5/2", "sure 5/3"],
            id="two words",
        ),
        pytest.param("x 5/3 100.00\n\nx 5/3 100.00", ["sure 5/3", "twice 5/3"], id="twice"),
        pytest.param("Smith 1234.56\nJones 1234.56", ["twice 5/2"] * 2, id="either"),
        pytest.param("Smith 100.00\nx 5/3 100.00", ["twice 5/3", "sure 5/3"], id="sure first"),
        pytest.param("x 5/3 60.00\nSmith 100.00", ["twice 5/3", "likely 5/3"], id="better first"),
        pytest.param("Smith 250.50\nx 5/4 250.50", ["likely 5/5", "sure 5/4"], id="the rest"),
        pytest.param(
            "x 5/3 100.00\nx 5/2 1,234.56\nx 5/3 -100.00",
            ["doubtful 5/3", "sure 5/2", "outgoing 5/3"],
            id="taken back",
        ),
    ],
)
def test_lines_are_read_together(text, expected):
    assert said(text) == expected


def test_the_other_line_is_named_as_it_was_pasted():
    found = match("x 5/3 100.00\n\nx 5/3 100.00", CARD)

    assert [(one.number, one.other) for one in found] == [(1, 0), (3, 1)]


def grouped(whole, separator):
    return f"{int(whole):,}".replace(",", separator)


FORMS = [
    lambda whole, cents, group=group, point=point: f"{grouped(whole, group)}{point}{cents}"
    for group, point in [("", "."), ("", ","), (",", "."), (".", ","), ("'", "."), (" ", ","),
                         (" ", "."), ("\u00a0", ","), ("\u202f", ",")]
]  # fmt: skip
ROUND = [
    lambda whole, _cents, group=group: grouped(whole, group) for group in ("", ",", ".", " ", "'")
]
wholes, cents = st.integers(1, 10**9), st.integers(0, 99).map(lambda one: f"{one:02}")
PLACES = ["x {number} {amount}", "{amount}\t{number}", "Payment {number}, sum of {amount} EUR",
          "{number};{amount};x", "stage 1 {amount} for {number}"]  # fmt: skip


@settings(deadline=None, database=None, max_examples=60)
@given(wholes, cents, st.sampled_from(FORMS), st.sampled_from(PLACES))
def test_what_is_sure_is_exactly_what_a_bank_wrote(whole, cents, form, place):
    """Other payments have the same digits, in whole or in part, at another place of the point."""
    true = Decimal(f"{whole}.{cents}")
    digits = f"{whole}{cents}"
    others = {Decimal(digits), true * 10, true / 1000, true * 1000, Decimal(f"{whole}"), true + 1}
    others |= {Decimal(digits[at:]) / 100 for at in range(1, len(digits))}
    others |= {Decimal(f"1{digits}") / 100}
    line = place.format(number="3653/1", amount=form(whole, cents))

    ours = match(line, [payment("3653/1", true)])[0]
    assert ours.verdict in {Verdict.SURE, Verdict.UNCLEAR}
    for other in others - {true, Decimal(0)}:
        theirs = match(line, [payment("3653/1", other)])[0]
        assert theirs.verdict in {Verdict.DIFFERS, Verdict.UNCLEAR}, (line, other)


@settings(deadline=None, database=None, max_examples=40)
@given(wholes, st.sampled_from(ROUND))
def test_a_number_without_cents_is_never_a_thousand_times_another(whole, form):
    line = f"x 3653/1 {form(whole, '')}"

    for other in (Decimal(whole) / 1000, Decimal(whole) * 1000):
        assert match(line, [payment("3653/1", other)])[0].verdict is not Verdict.SURE, line


numbers = st.sampled_from(["1/2", "11/2", "1/22", "2026/1", "5", "A-7/1", "(3)", "№ 9/1"])
amounts = st.decimals(min_value=0, max_value=5000, places=2)
pieces = st.one_of(
    numbers,
    amounts.map(str),
    st.sampled_from([" ", "\t", ";", ",", '"', "-", "+", "/", "EUR", "$", "Payment", "12.03.26"]),
    st.text(max_size=4),
)
payments = st.lists(
    st.tuples(numbers, amounts, st.booleans()), max_size=6, unique_by=lambda one: one[0]
)


@settings(deadline=None, database=None, max_examples=80)
@given(st.lists(st.lists(pieces, max_size=9).map("".join), max_size=6).map("\n".join), payments)
def test_whatever_is_pasted_each_payment_is_offered_once(text, card):
    known = [
        payment(number, amount, is_paid=is_paid, payment_id=at)
        for at, (number, amount, is_paid) in enumerate(card, 1)
    ]

    found = match(text, known)

    assert [one.text for one in found] == [one.strip() for one in text.splitlines() if one.strip()]
    offered = [one.id for each in found for one in each.offered]
    assert len(offered) == len(set(offered))
    for one in found:
        assert not any(each.is_paid for each in one.offered)
        assert bool(one.payments) or one.verdict not in OFFERED
