"""Words and signs of bank statements: currencies, and what says that money went out.

A word that is missing here only makes a line say less. None of them makes a payment paid.
"""

from __future__ import annotations

from collections.abc import Mapping

CODES = frozenset(
    """AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN
    BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS
    GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW
    KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD
    NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RUR RWF SAR SBD SCR SDG SEK
    SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS
    VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG""".split()
)

ALSO_WORDS = frozenset("ALL BAM COP CUP GEL LAK MAD MOP PEN SOS TOP TRY".split())
"""Codes that are words, too: they count beside a number only."""

DOLLARS = "USD AUD CAD NZD SGD HKD TWD MXN ARS CLP COP BBD BSD JMD TTD"
CROWNS = "SEK NOK DKK ISK"
ROUBLES = "RUB RUR BYN"

SIGNS: Mapping[str, str] = {
    "US$": "USD", "R$": "BRL", "A$": "AUD", "C$": "CAD", "HK$": "HKD", "NT$": "TWD", "S$": "SGD",
    "$": DOLLARS, "€": "EUR", "£": "GBP EGP", "¥": "JPY CNY", "₽": "RUB RUR", "₴": "UAH",
    "₸": "KZT", "₺": "TRY", "₹": "INR", "₫": "VND", "฿": "THB", "₩": "KRW KPW", "₪": "ILS",
    "₾": "GEL", "₼": "AZN", "₦": "NGN", "₱": "PHP", "円": "JPY", "元": "CNY TWD", "원": "KRW",
}  # fmt: skip
"""Signs that may touch anything."""

NAMES: Mapping[str, str] = {
    "руб.": ROUBLES, "руб": ROUBLES, "р.": ROUBLES, "р": ROUBLES, "грн.": "UAH", "грн": "UAH",
    "тг.": "KZT", "тг": "KZT", "тенге": "KZT", "сум": "UZS", "сом": "KGS", "zł": "PLN", "zl": "PLN",
    "Kč": "CZK", "Kc": "CZK", "Ft": "HUF", "lei": "RON MDL", "kr.": CROWNS, "kr": CROWNS,
    "TL": "TRY", "Rp.": "IDR", "Rp": "IDR", "RM": "MYR", "Fr.": "CHF", "SFr.": "CHF", "лв.": "BGN",
    "лв": "BGN", "Br": "BYN", "Rs.": "INR PKR", "Rs": "INR PKR", "đ": "VND", "บาท": "THB",
    "euro": "EUR", "euros": "EUR", "Euro": "EUR", "евро": "EUR", "USDT": "",
}  # fmt: skip
"""Names that stand by themselves. What is no money of a portal matches none."""

FOLDED = {name.casefold(): codes for name, codes in NAMES.items()}

NO_DECIMALS = frozenset(
    "BIF CLP DJF GNF HUF IDR ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split()
)
"""Of these 1.234 is always 1234, in banks too where a minor unit exists on paper."""

THREE_DECIMALS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())

OUT = """debit, debits, debet, dr, withdrawal, withdrawals, paid out, money out, out, soll, ausgang,
    auszahlung, débit, cargo, cargos, débito, débitos, debito, retiro, saída, addebito, addebiti,
    dare, uscite, obciążenie, obciążenia, wypłata, borç, дебет, списание, расход, списання, видаток,
    шығыс, 支出, 借方, 出金, お支払金額, chi, ghi nợ, nợ, مدين, ถอน, เดบิต, pengeluaran, keluar"""
IN = """credit, credits, cr, deposit, deposits, paid in, money in, in, haben, eingang, gutschrift,
    crédit, abono, abonos, crédito, créditos, credito, entrada, accredito, accrediti, avere,
    entrate, uznanie, uznania, wpływ, wpływy, alacak, кредит, поступление, зачисление, приход,
    зарахування,
    надходження, кіріс, түсім, 收入, 贷方, 貸方, 入金, お預り金額, thu, ghi có, có, دائن, ฝาก,
    เครดิต, pemasukan, kredit, masuk"""
LEFT = """balance, saldo, solde, kontostand, bakiye, остаток, сальдо, баланс, залишок, қалдық, 余额,
    餘額, 残高, số dư, رصيد, คงเหลือ, baki"""

CREDIT, DEBIT, BALANCE = "credit", "debit", "balance"


def _of(text: str) -> frozenset[str]:
    return frozenset(" ".join(one.split()) for one in text.split(","))


COLUMNS: Mapping[str, frozenset[str]] = {DEBIT: _of(OUT), CREDIT: _of(IN), BALANCE: _of(LEFT)}
"""Heads of columns, one word or two."""

OUT_CELLS = frozenset("d dr s dbit debit debet дт дебет".split())
"""Cells that say it of their line."""

WENT_OUT = frozenset(
    """debit debited withdrawal refund refunded outgoing auszahlung rückzahlung erstattung
    remboursement reembolso rimborso wypłata списание списано расход возврат исходящий списання
    повернення қайтару 退款 出金 返金 iade""".split()
)
"""Words of a line that say of all of it that money went out."""


def decimals_of(currency: str) -> int:
    """Return how many decimals amounts of a currency have."""
    if currency in NO_DECIMALS:
        return 0
    return 3 if currency in THREE_DECIMALS else 2


def currencies_of(sign: str) -> frozenset[str]:
    """Return the currencies that a code, a sign or a name may mean."""
    if sign in CODES:
        return frozenset({sign})
    return frozenset(SIGNS.get(sign, NAMES.get(sign, FOLDED.get(sign.casefold(), ""))).split())
