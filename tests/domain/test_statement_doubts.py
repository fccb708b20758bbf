"""A line of a statement is sure only where nothing speaks against it."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from b24app.domain.statement import lines
from b24app.domain.statement.matching import OFFERED, Verdict, match
from tests.domain.test_statement import payment


def verdict(line, amount="100", currency="EUR", number="5/3"):
    """What the last of these lines says of one payment."""
    return match(line, [payment(number, amount, currency)])[-1].verdict


HEADS = "Date,Text,Debit,Credit,Balance\n2026-03-12,"


@pytest.mark.parametrize(
    ("row", "amount", "expected"),
    [
        ("x 5/3,100.00,,900.00", "100", "outgoing"),
        ("x 5/3,100.00,,900.00", "900", "outgoing"),
        ("x 5/3,,100.00,900.00", "100", "sure"),
        ("x 5/3,,100.00,900.00", "900", "differs"),
        ('x 5/3,,"1,100.00",900.00', "1100", "sure"),
        # As many cells as heads or nothing is known of them.
        ("x 5/3,,1,100.00,900.00", "1100", "differs"),
        ("x 5/3,,1,100.00,900.00", "100", "unclear"),
        ("x 5/3,,1,100.00,900.00", "900", "unclear"),
        ("Smith, x 5/3,100.00,,900.00", "100", "unclear"),
        ("Smith, x 5/3,100.00,,900.00", "900", "unclear"),
    ],
)
def test_cells_between_commas_are_those_of_the_heads(row, amount, expected):
    assert verdict(HEADS + row, amount) == expected


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_a_separator_in_the_text_moves_no_amount_into_another_column(separator):
    heads = separator.join(["Date", "Text", "Debit", "Credit", "Balance"])
    row = separator.join(["12.03.2026", "Smith", "x 5/3", "100.00", "", "900.00"])
    whole = separator.join(["12.03.2026", "x 5/3", "", "100.00", "900.00", ""])

    assert verdict(f"{heads}\n{row}") == "unclear"
    assert verdict(f"{heads}\n{whole}") == "sure"


def test_a_number_is_no_debit_though_it_looks_like_one_without_accents():
    assert verdict("Ngày;Nợ;Có;Số dư\n12.03.2026 x 5/3;100.00;;900.00") == "outgoing"
    assert verdict("Ngày;Nợ;Có;Số dư\n12.03.2026 x 5/3;;100.00;900.00") == "sure"
    assert verdict("Day;No;Text\n12.03.2026;100.00;x 5/3") == "sure"


def test_what_stands_beside_a_column_of_amounts_is_none():
    heads = "Day;No;Text;Amount;Currency\n"

    assert verdict(f"{heads}12.03.2026;900;x 5/3 +700.00;100.00;EUR") == "sure"
    for other in ("900", "700"):
        assert verdict(f"{heads}12.03.2026;900;x 5/3 +700.00;100.00;EUR", other) == "differs"
    assert verdict(f"{heads}12.03.2026;900;x 5/3 +700.00;;EUR", "700") == "unclear"
    assert verdict(f"{heads}12.03.2026;900;x 5/3;100.00;USDT") == "currency"
    assert verdict("Day;Text;Amount, thousands\n12.03.2026;x 5/3;100.00") == "doubtful"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("x 5/3 100.00 900.00", "unclear"),
        ("x 5/3 900.00 100.00", "unclear"),
        ("x 5/3 100.00 Smith 1 234.56", "unclear"),
        ("x 5/3 100.00 EUR, 900.00 EUR", "unclear"),
        ("x 5/3 100.00 EUR, 900.00 USD", "sure"),
        ("x 5/3 100.00 EUR for contract 4521", "sure"),
        ("x 5/3 +100.00 900.00", "sure"),
        ("x 5/3 +100.00 +900.00", "unclear"),
        ("x 5/3 100.00 C 900.00", "sure"),
        ("x 5/3 900.00 fee -100.00", "outgoing"),
        ("x 5/3 100.00 fee -1.50", "doubtful"),
        ("x 5/3 -900.00 100.00", "doubtful"),
        ("x 5/3 100.00 balance 900.00", "sure"),
        ("x 5/3 900.00 new balance: EUR 100.00", "differs"),
        ("x 5/3 900.00 Остаток на счёте 12.03.2026 100.00", "unclear"),
        ("x 5/3 900.00 残高100.00", "differs"),
        ("x 5/3 100.00 в т.ч. НДС 20% 16.67", "sure"),
        ("x 5/3 900.00 в т.ч. НДС 20% 100.00", "unclear"),
    ],
)
def test_another_amount_makes_it_unclear_unless_a_sign_or_a_word_decides(line, expected):
    assert verdict(line) == expected


@pytest.mark.parametrize(
    ("line", "amount", "expected"),
    [
        ("x 5/3 900.00 balance", "900", "doubtful"),
        ("x 5/3 900.00 EUR Saldo", "900", "doubtful"),
        ("x 5/3 16.67 НДС", "16.67", "doubtful"),
        ("x 5/3\tBalance\t900.00", "900", "differs"),
        ("x 5/3;НДС:;900.00", "900", "differs"),
        ("x 5/3 DR 100.00", "100", "doubtful"),
        ("x 5/3 paid out 100.00", "100", "doubtful"),
        ("x 5/3;Sent;100.00", "100", "outgoing"),
        ("x 5/3 at 12.30", "12.30", "unclear"),
        ("x 5/3 um 12.30 Uhr 100.00", "100", "sure"),
        ("12.03.2026;900;x 5/3;100.00", "100", "sure"),
        ("12.03.2026;900;x 5/3;100", "100", "unclear"),
        ("not paid 5/3 100.00", "100", "doubtful"),
        ("не оплачено 5/3 100.00", "100", "doubtful"),
        ("Оплата по договору № 5/3 100.00", "100", "unclear"),
        ("contract 5/3 100.00", "100", "unclear"),
        ("Оплата по договору 17, счёт 5/3 100.00", "100", "sure"),
        ("12.03.2026 contract 5/3 100.00", "100", "unclear"),
    ],
)
def test_what_stands_around_a_number_says_what_it_is(line, amount, expected):
    assert verdict(line, amount) == expected


@pytest.mark.parametrize(
    ("line", "amount", "expected"),
    [
        ("x 5/3 100.00\u00a0000", "100", "unclear"),
        ("x 5/3 100.00,00", "100", "unclear"),
        *((f"x 5/3 1{sign}234.56", "234.56", "unclear") for sign in "·′˙¸˚‚↵،、"),
        *(
            (f"x 5/3 1{sign}234.56", "234.56", "unclear")
            for sign in ("  ", " .", ". ", ", ", " · ")
        ),
        *((f"x 5/3 1{sign}234.56", "234.56", "differs") for sign in "_*'`ʹʼ’"),
        ("x 5/3 -  100.00", "100", "unclear"),
        ("x 5/3 EUR -  100.00", "100", "outgoing"),
        ("x 5/3;-;100.00", "100", "unclear"),
        ("Text;Debit;Credit\nx 5/3;-;100.00", "100", "sure"),
        *((f"x 5/3 {sign}100.00", "100", "doubtful") for sign in "[<>~≈±{"),
        *((f"x 5/3 {word} 100.00", "100", "doubtful") for word in ("ca.", "approx.", "max", "до")),
        ("x 5/3 3 x 100.00", "100", "doubtful"),
        ("x 5/3 100.00 x 3", "100", "doubtful"),
        ("x 5/3 100,00 × 3", "100", "doubtful"),
    ],
)
def test_a_number_that_is_cut_counted_or_vague_is_not_sure(line, amount, expected):
    assert verdict(line, amount) == expected


OTHER_MONEY = """100.00 usd|100.00 Usd|usd 100.00|100 ¢|₿100.00|100.00 ₿|100.00 USDT|XBT 100.00
100.00 рублей|100.00 долларов США|100.00 dollars|100.00 złotych|100.00 крон|100.00 美元|港元100.00
100.00 日元|人民币100.00|100.00 try|100.00 Pfund|100.00 (USD)|100.00, usd|100.00 US dollars
100.00 гривень|100.00 ﷼|100.00 ريال|100.00 ดอลลาร์|Dollars: 100.00|100.00 pesos|₡ 100.00"""
OURS = """100.00 eur|100.00 Euro|100.00 euros|100.00 евро|€100.00|Eur 100.00|100.00欧元|100.00ユーロ
100.00 SEPA|100.00 from ACME|100.00 от Иванов И.И.|支付100.00欧元"""


def split(text):
    return [one for row in text.splitlines() for one in row.split("|")]


@pytest.mark.parametrize("text", split(OTHER_MONEY))
def test_money_of_another_kind_is_never_sure(text):
    assert verdict(f"x 5/3 {text}") in {"currency", "doubtful"}


@pytest.mark.parametrize("text", split(OURS))
def test_its_own_money_is_sure(text):
    assert verdict(f"x 5/3 {text}") == "sure"


@pytest.mark.parametrize("code", ["TRY", "XYZ", "KZT"])
def test_any_code_is_that_of_its_own_payment(code):
    assert verdict(f"x 5/3 100.00 {code}", currency=code) == "sure"
    assert verdict(f"x 5/3 {code} 100.00", currency=code) == "sure"
    assert verdict(f"x 5/3 100.00 {code}", currency="EUR") != "sure"


def signs():
    every = map(chr, range(sys.maxunicode))
    return st.sampled_from([one for one in every if unicodedata.category(one) == "Sc"])


@settings(deadline=None, database=None, max_examples=80)
@given(
    st.deferred(signs),
    st.sampled_from(["{0}100.00", "100.00 {0}", "100.00{0}", "{0} x 100.00"]),
)
def test_no_sign_of_money_is_overlooked(sign, form):
    allowed = {"sure"} if sign == "€" else {"currency", "doubtful", "differs"}

    assert verdict(f"x 5/3 {form.format(sign)}") in allowed


REFUNDS = """İade|IADE|iadesi|İADE EDİLDİ|Devolução|DEVOLUCION|reembolsado|Remboursement|remboursé
Rimborso|stornato|Zwrot|zwrócono|ZWROTY|Возвращено|возврата|ВОЗВРАТ|Повернення|повернуто|Қайтарылды
客户退款|退费|返金処理|払い戻し|Hoàn tiền|HOAN TIEN|استرداد|إرجاع مبلغ|คืนเงินลูกค้า|Pengembalian dana
Bayaran balik|dikembalikan|Returned payment|Reversal|Chargeback|Charge-back|Rückzahlung|RUECKZAHLUNG
Rücklastschrift|Retoure|Stornierung|Estorno|Refunded|Kundenerstattung|İptal|Сторно|Отмена|Annulation
Cancelled|Declined|FAILED|Отклонено|拒付|沖正"""


@pytest.mark.parametrize("word", split(REFUNDS))
def test_a_refund_is_not_ticked_in_any_language(word):
    assert verdict(f"{word} 5/3 100.00") in {"outgoing", "doubtful"}
    assert verdict(f"x 5/3 +100.00 {word}") == "doubtful"


@pytest.mark.parametrize("word", ["Thanks", "Acme Retail", "Резорт", "Overrun", "Ersatz", "Terson"])
def test_an_innocent_word_is_none(word):
    assert verdict(f"{word} 5/3 100.00") == "sure"


COUNTED = """100 тыс.|100 тыс. руб|100 млн|100 Mio.|100 Mrd.|100 lakh|100 crore|100 k|100 M|100 коп.
100 коп|100 cents|100 Cent|100 groszy|100 kuruş|100 k€|100 TEUR|100 kEUR|100,00 тыс|100.00 Mio. EUR
100.00 lakhs|100.00 万|100.00万円|100.00 million|TEUR 100.00|100 bin|100 ribu|100 juta|100 nghìn
100 triệu|100 พัน|100 ألف|100 Tsd.|100 tys.|100 шт.|100.00 kg|100.00 Std.|100 centavos|100 øre"""


@pytest.mark.parametrize("text", split(COUNTED))
def test_thousands_and_cents_are_no_units(text):
    assert verdict(f"x 5/3 {text}") not in {"sure", "likely"}


@pytest.mark.parametrize(
    ("line", "amount", "currency", "expected"),
    [
        ("x 5/3 19 руб. 90 коп.", "19.90", "RUB", "sure"),
        ("x 5/3 19 руб. 90 коп.", "19", "RUB", "differs"),
        ("x 5/3 1 234 рубля 00 копеек", "1234", "RUB", "sure"),
        ("x 5/3 5 dollars 7 cents", "5.07", "USD", "sure"),
        ("x 5/3 19-90", "19.90", "RUB", "unclear"),
        ("x 5/3 19=90", "19.90", "RUB", "unclear"),
        ("x 5/3 19-90", "19", "RUB", "differs"),
        ("x 5/3 19-90-20", "19.90", "RUB", "differs"),
        ("x 5/3 2 Cr", "2", "INR", "unclear"),
        ("x 5/3 2.00 Cr", "2", "INR", "sure"),
        ("x 5/3 12 500 00", "12500", "EUR", "unclear"),
        ("x 5/3 12 500 50", "12500", "EUR", "unclear"),
        ("x 5/3 12 500", "12500", "EUR", "sure"),
        ("12 500.00 x 5/3", "12500", "EUR", "unclear"),
        ("12 500.00 x 5/3", "500", "EUR", "unclear"),
        ("12 500.00 5/3", "12500", "EUR", "unclear"),
        ("32 500.00 x 5/3", "32500", "EUR", "sure"),
        ("12 500.00\tx 5/3", "12500", "EUR", "sure"),
        ("01.02.2026 12 500.00 x 5/3", "12500", "EUR", "sure"),
    ],
)
def test_what_may_be_of_the_number_counts(line, amount, currency, expected):
    assert verdict(line, amount, currency) == expected


@pytest.mark.parametrize(
    ("line", "amount", "number", "expected"),
    [
        ("x ½ 100.00", "100", "1/2", "likely"),
        ("x 5⅓ 100.00", "100", "5/3", "likely"),
        ("x 5/3 100²", "1002", "5/3", "differs"),
        ("x 5/3 100²", "100", "5/3", "differs"),
        ("x 5/3 ①100", "1100", "5/3", "differs"),
        ("x 5/3 1⒈00", "11", "5/3", "differs"),
    ],
)
def test_a_sign_that_is_made_of_digits_is_none(line, amount, number, expected):
    assert verdict(line, amount, number=number) == expected


@pytest.mark.parametrize(
    "text", ["−\u200e100.00", "-\u200b100.00", "‐100.00", "▲100.00", "△ 100.00", "100.00 EUR-"]
)
def test_a_minus_is_seen_however_it_is_written(text):
    assert verdict(f"x 5/3 {text}") == "outgoing"


def test_two_payments_with_numbers_that_look_alike_are_not_told_apart():
    alike = [payment("№ 9/1", "100", payment_id=1), payment("#9/1", "100", payment_id=2)]

    assert match("x 9/1 100.00", alike)[0].verdict not in {Verdict.SURE, Verdict.LIKELY}


def test_the_line_that_has_the_number_is_named_with_the_one_that_has_the_amount():
    part, whole = match("x 5/3 60.00\nSmith 100.00", [payment("5/3", "100")])

    assert (part.verdict, part.other) == (Verdict.TWICE, 2)
    assert (whole.verdict, whole.other) == (Verdict.LIKELY, 1)


SPEAKING = st.sampled_from([one for text in (REFUNDS, OTHER_MONEY, COUNTED) for one in split(text)])


@settings(deadline=None, database=None, max_examples=80)
@given(
    st.sampled_from(split(REFUNDS)),
    st.sampled_from([str.upper, str.lower, str.title, str]),
    st.sampled_from(["NFC", "NFD", "NFKC"]),
    st.sampled_from(["{0} 5/3 +100.00", "Smith 5/3 100.00 EUR ({0})", "12.03.2026;{0};5/3;100.00"]),
)
def test_a_refund_is_seen_in_any_spelling(word, case, form, line):
    written = unicodedata.normalize(form, case(word))

    assert verdict(line.format(written)) is not Verdict.SURE


@settings(deadline=None, database=None, max_examples=100)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(["100.00", "900.00", "x 5/3", "100", "EUR", ",", ";", " ", "-", "NDS"]),
            SPEAKING,
        ),
        max_size=8,
    ).map(" ".join)
)
def test_what_is_sure_of_one_amount_is_sure_of_no_other(line):
    """Whatever is in a line, of two payments with its number at most one is surely paid."""
    amounts = ("100", "900", "19.90", "1000", "90")
    sure = [one for one in amounts if line.strip() and verdict(line, one) is Verdict.SURE]

    assert len(sure) <= 1


WORST = ["\ufdfa", "\x00", "\r", '"', "\u2028", "\x1c", "\x85", "½", ",", ";", "\t", "1 ", "5/3 ",
         "-", "(", "1,", "100.00 EUR ", "balance ", "USD", "руб", "退", "A", "#"]  # fmt: skip


@pytest.mark.parametrize("sign", WORST)
def test_nothing_that_can_be_pasted_fails(sign):
    text = f"a,b,c\n{sign * 24_000}"[:24_000]

    assert match(text, [payment(f"5/{at}", f"{at}.50", payment_id=at) for at in range(1, 99)])


@settings(deadline=None, database=None, max_examples=100)
@given(st.lists(st.sampled_from([*WORST, "Date,Text,Credit", "\n", "x"]), max_size=12).map("".join))
def test_whatever_is_pasted_every_line_is_told(text):
    found = match(text, [payment("5/3", "100"), payment("1/2", "1")])

    assert [one.number for one in found] == [
        at for at, one in enumerate(lines.rows_of(text), 1) if one.strip()
    ]
    assert all(one.payments for one in found if one.verdict in OFFERED)


def test_many_lines_about_one_payment_each_name_another():
    text = "\n".join(["x 5/3 60.00"] * 200)

    found = match(text, [payment("5/3", "100")])

    assert [one.other for one in found] == [2] + [1] * 199
