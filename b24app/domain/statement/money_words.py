"""Currencies as bank statements write them: codes, signs and names, and what counts in them.

What is missing here lets an amount of other money look like one of the payment's, if no code and no
sign stands beside it, either.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping

from b24app.domain.statement.folding import LONGEST_KEPT, folded, pattern

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

FIRST_NAMES = frozenset("ANG BOB CAD MUR NAD NIO RON SAR SEK".split())
"""Codes that are names and abbreviations, too: away from a number they only raise a doubt."""

ALSO_NAMES = ALSO_WORDS | FIRST_NAMES
"""In small letters these only raise a doubt, wherever they stand."""

DOLLARS = "USD AUD CAD NZD SGD HKD TWD MXN ARS CLP COP BBD BSD JMD TTD"
CROWNS = "SEK NOK DKK ISK CZK"
ROUBLES = "RUB RUR BYN"
PESOS = "ARS CLP COP CUP DOP MXN PHP UYU"
DINARS = "BHD DZD IQD JOD KWD LYD RSD TND"
RIALS = "IRR OMR QAR SAR YER"
RUPEES = "INR LKR MUR NPR PKR SCR"
FRANCS = "CHF BIF CDF DJF GNF KMF RWF XAF XOF XPF"

SIGNS: Mapping[str, str] = {
    "US$": "USD", "R$": "BRL", "A$": "AUD", "AU$": "AUD", "C$": "CAD NIO", "CA$": "CAD",
    "NZ$": "NZD", "HK$": "HKD", "MX$": "MXN", "NT$": "TWD", "S$": "SGD", "RD$": "DOP",
    "$": DOLLARS, "€": "EUR", "£": "GBP EGP", "¥": "JPY CNY", "₽": "RUB RUR", "₴": "UAH",
    "₸": "KZT", "₺": "TRY", "₹": "INR", "₫": "VND", "฿": "THB", "₩": "KRW KPW", "₪": "ILS",
    "₾": "GEL", "₼": "AZN", "₦": "NGN", "₱": "PHP", "円": "JPY", "元": "CNY TWD", "원": "KRW",
    "₨": RUPEES, "﷼": RIALS, "₡": "CRC", "₲": "PYG", "₵": "GHS", "₮": "MNT", "₭": "LAK",
    "៛": "KHR", "৳": "BDT",
    "美元": "USD", "美金": "USD", "欧元": "EUR", "歐元": "EUR", "港元": "HKD", "港币": "HKD",
    "港幣": "HKD", "日元": "JPY", "日圓": "JPY", "日円": "JPY", "人民币": "CNY", "人民幣": "CNY",
    "新台币": "TWD", "新臺幣": "TWD", "台币": "TWD", "台幣": "TWD", "英镑": "GBP", "英鎊": "GBP",
    "韩元": "KRW", "韓元": "KRW", "韓圓": "KRW", "卢布": ROUBLES, "盧布": ROUBLES, "加元": "CAD",
    "澳元": "AUD", "新元": "SGD", "泰铢": "THB", "泰銖": "THB", "ドル": DOLLARS, "米ドル": "USD",
    "ユーロ": "EUR", "ポンド": "GBP EGP", "人民元": "CNY", "ルーブル": ROUBLES, "ウォン": "KRW KPW",
    "バーツ": "THB", "スイスフラン": "CHF", "บาท": "THB", "ดอลลาร์": DOLLARS, "ยูโร": "EUR",
    "เยน": "JPY", "ปอนด์": "GBP EGP", "รูเบิล": ROUBLES,
}  # fmt: skip
"""Signs that may touch anything, and names in scripts without blanks."""

NAMES: Mapping[str, str] = {
    "р руб* rubl* rouble* ruble* روبل": ROUBLES,
    "грн* гривн* гривен* hryvn* hrivn*": "UAH",
    "тг теңге* тенге* tenge*": "KZT",
    "сум сумов": "UZS",
    "сом сома сомов": "KGS",
    "zł zl zlot* złot* злот* злотих": "PLN",
    "kč kc korun*": "CZK",
    "ft forint* форинт*": "HUF",
    "lei leu лей лея леев леї": "RON MDL",
    "kr krona kronor krone kroner kronen крон* couronne*": CROWNS,
    "tl lira* лир* liras lirası ليرة": "TRY LBP SYP",
    "rp rupiah* рупия*": "IDR",
    "rm ringgit*": "MYR",
    "fr. sfr franken franc francs franco franchi франк*": FRANCS,
    "лв лева лев lev leva": "BGN",
    "br": "BYN ETB",
    "rs rupee* рупи* روبية": RUPEES,
    "đ đồng dong vnđ": "VND",
    "euro euros eura euri euron евро євро еуро يورو": "EUR",
    "dollar* dolar* dólar* долл* долар* доллар* دولار": DOLLARS,
    "pound* pfund* sterling фунт* جنيه": "GBP EGP",
    "yen* иен* йен* єн": "JPY",
    "yuan* renminbi rmb юан*": "CNY",
    "pesos песо": PESOS,
    "reais réis реал*": "BRL",
    "dinar* динар* دينار": DINARS,
    "dirham* дирхам* درهم": "AED MAD",
    "riyal* rial* риал* ريال ریال": RIALS,
    "baht бат": "THB",
    "shekel* шекел* שקל": "ILS",
    "manat* манат*": "AZN TMT",
    "lari лари": "GEL",
    "dram драм*": "AMD",
    "вон": "KRW KPW",
    "ранд*": "ZAR",
    "bitcoin* биткоин* крипто*": "",
}
"""Names that stand by themselves, `*` for an ending. What is no money of a portal has no code."""

SMALL = """kuruş* kuruş øre öre céntimo* haléř* fillér* коп* копе* к копій* cent cents ct cts
    centavo* centime* centim* centesim* цент цента
    центов центи grosz* gr kurus* krs tiyn* tyiyn* тиын* сен sen fils paise paisa pence penny
    pennies p ore oere haler* halir* filler* bani ban stotin* стотин* агор* fen jiao xu hao пенс*
    пенни piastre* satang* 分 角 銭 錢 สตางค์ سنت فلس هللة قرش"""
FACTORS = """k thousand* thsd tsd mm mn mln mil mille mila mio millio* milio* millon* milhao*
    milhoes* milione* bn billio* bilio* billo* bilho* trn trillio* trilio* mrd mld milliard*
    miliard* milyar* milyon* miliar* lakh* lac lacs crore* hundred* dozen* tausend* hundert* тыс*
    тысяч* т тр млн млрд трлн миллион* миллиард* триллион* тис* мільйон* мільярд* мың tys* tysiac*
    bin nghin ngan trieu ty tr ribu* rb juta jt millier* millones* 万 萬 千 百 億 亿 億 仟 佰 만 억
    천
    พัน หมื่น แสน ล้าน الف الاف مليون مليار हजार लाख करोड़"""
UNITS = """kg g h m km l t kw kwh mb gb std stunde* hour* hrs hr min minut* pc pcs шт* кг час* ч м
    км л stk stuck* ks szt* ud uds unidad* unid pz pezzi adet points point* punkt* puntos pontos
    credits
    quid bucks бонус* балл* 积分 ポイント days day tage дн дней 個 件 台 時間"""

COUNTED, PARTS = pattern(f"{SMALL} {FACTORS} {UNITS}"), pattern(f"{SMALL} {FACTORS}")
"""What makes of a number beside it another amount, or none at all."""

NO_CODES = frozenset(
    """SEPA VISA IBAN NEFT IMPS RTGS UPI ACH BACS CHAPS SWIFT PIX TED TEF DOC TRF TRX REF INV BIC
    VAT MWST NDS GUT CRED CRDT CSH BGM POS ATM SMS FROM FOR THE AND VIA PER VON BEI FUR MIT UND
    POUR PAR POR DEL DE LA LOS DAS DOS UND AUS ZUM ODER DER DIE LTD GMBH LLC INC SARL SRL SPA OOO
    PTE SDN BHD TNG PAY PAID FULL SUM SUMA TOT OK NET ONLY DARI UNTUK""".split()
)
"""Words in capital letters that stand beside amounts and are no currencies."""

_SC = (
    r"[$\u00a2-\u00a5\u058f\u060b\u07fe\u07ff\u09f2\u09f3\u09fb\u0af1\u0bf9\u0e3f\u17db\u20a0-\u20cf\ua838\ufdfc"
    r"\ufe69\uff04\uffe0\uffe1\uffe5\uffe6\U00011fdd-\U00011fe0\U0001e2ff\U0001ecb0]"
)
# Written out: to ask for the category of every sign there is takes longer than all other imports.
CURRENCY_SIGN = re.compile(_SC)
"""Any sign of a currency, known or not."""


NO_DECIMALS = frozenset(
    "BIF CLP DJF GNF HUF IDR ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split()
)
"""Of these 1.234 is always 1234, in banks too where a minor unit exists on paper."""

THREE_DECIMALS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())

FORMS: Mapping[str, str] = {form: codes for names, codes in NAMES.items() for form in names.split()}


ENDING = r"[^\W\d_]{0,8}"


def _forms(listed: Iterable[str]) -> str:
    """Return a pattern of words as they are written, the longest first."""
    return "|".join(
        re.escape(one.rstrip("*")) + (ENDING if one.endswith("*") else "")
        for one in sorted(listed, key=len, reverse=True)
    )


SMALLER = f"(?i:{_forms(SMALL.split())})"
"""A pattern of the hundredth part of a currency."""


def _known() -> str:
    small = "|".join(sorted(CODES - ALSO_NAMES))
    words = rf"{'|'.join(sorted(CODES))}|(?i:{small}|(?:{_forms(FORMS)})\.?)"
    return rf"(?:(?<![^\W\d_])(?:{words})(?!\w*[^\W\d_])|(?:{_forms(SIGNS)}))"


KNOWN = _known()
"""A pattern of what is certainly a currency: codes and names in any case, and signs."""

NAMED = tuple((pattern(form), codes) for form, codes in FORMS.items())
LONG_ENOUGH, LONG_ENOUGH_IN_HEADS = 4, 2
ANYWHERE = re.compile(f"{_forms(SIGNS)}|{_SC}")
WORD = re.compile(r"[^\W\d_]+")


def decimals_of(currency: str) -> int:
    """Return how many decimals amounts of a currency have."""
    if currency in NO_DECIMALS:
        return 0
    return 3 if currency in THREE_DECIMALS else 2


def currencies_of(term: str) -> frozenset[str]:
    """Return the currencies that a code, a sign or a name may mean."""
    return _kept(term) if len(term) <= LONGEST_KEPT else _meant(term)


def _meant(term: str) -> frozenset[str]:
    term = term.strip()
    if term.upper() in CODES:
        return frozenset({term.upper()})
    if term in SIGNS:
        return frozenset(SIGNS[term].split())
    name = folded(term)
    found = [codes for form, codes in NAMED if form.match(name)]
    return frozenset(" ".join(found[:1]).split())


_kept = functools.lru_cache(4096)(_meant)


NUMERIC = {
    "036": "AUD", "124": "CAD", "156": "CNY", "356": "INR", "392": "JPY", "398": "KZT",
    "417": "KGS", "643": "RUB", "756": "CHF", "784": "AED", "810": "RUR RUB", "826": "GBP",
    "840": "USD", "860": "UZS", "933": "BYN", "944": "AZN", "949": "TRY", "978": "EUR",
    "980": "UAH", "985": "PLN", "986": "BRL",
}  # fmt: skip
"""Codes of currencies that are numbers, as they stand in columns of their own."""

NATIONS = {
    "us american* usa сша америк*": "USD",
    "canad* канад*": "CAD",
    "austral* австрал*": "AUD",
    "hong_kong* hongkong* гонконг*": "HKD",
    "singap* сингап*": "SGD",
    "taiwan* тайван*": "TWD",
    "new_zealand* neuseel* новозел*": "NZD",
    "belarus* белорус* бел білорус*": "BYN",
    "russ* росс* рос рос*": "RUB RUR",
    "swiss suisse* schweiz* suiz* svizz* szwajc* швейц*": "CHF",
    "czech* ces* tschech* чеш*": "CZK",
    "swed* schwed* швед*": "SEK",
    "norw* норв*": "NOK",
    "dan* датс*": "DKK",
    "egypt* егип*": "EGP",
    "british brit* брит*": "GBP",
    "mexic* мекс*": "MXN",
    "indian* инди*": "INR",
    "pakistan* пакист*": "PKR",
}
"""Before a name of money they say which one of those with this name."""

OF_NATIONS = tuple((pattern(names), frozenset(codes.split())) for names, codes in NATIONS.items())


def of_nations(text: str) -> frozenset[str]:
    """Return the currencies that folded text names by a country and a sign or a name of money."""
    return frozenset(
        code
        for found, codes in OF_NATIONS
        for one in found.finditer(text)
        if _names_money(text[one.end() :][:24])
        for code in codes
    )


def _names_money(text: str) -> bool:
    found = re.match(r"[\W_]{0,2}?([^\W\d_]+|[^\w\s])", text)
    return bool(found and found[1].upper() not in CODES and currencies_of(found[1]))


def named_in(text: str, *, is_head: bool) -> list[frozenset[str]]:
    """Return what each sign, and each of the longer names of currencies in a text, may mean.

    A sign that is not known means itself. In the head of a column ("Kwota, zł") short names count.
    """
    shortest = LONG_ENOUGH_IN_HEADS if is_head else LONG_ENOUGH
    signs = [frozenset(SIGNS.get(one, one).split()) for one in ANYWHERE.findall(text)]
    words = (one for one in WORD.findall(text) if len(one) >= shortest)
    return [*signs, *filter(None, map(currencies_of, words))]
