"""Lines as banks of many countries write them, with what a careful person says of each."""

from __future__ import annotations

import pytest

from tests.domain.test_statement import payment, said

CARD = [
    payment("5/2", "1234.56", payment_id=1),
    payment("5/3", "100", payment_id=2),
    payment("5/4", "250.50", payment_id=3),
]
ROUBLES = [
    payment("71/1", "12500", "RUB", payment_id=1),
    payment("71/2", "1999.90", "RUB", payment_id=2),
    payment("71/3", "900", "RUB", payment_id=3),
]


def of(code, **amounts):
    return [
        payment(number.replace("_", "/").strip("n"), amount, code, payment_id=at)
        for at, (number, amount) in enumerate(amounts.items(), 1)
    ]


BANKS = {
    "Germany, CAMT as CSV": (
        CARD,
        "Konto;Buchungstag;Valuta;Buchungstext;Verwendungszweck;Name;Betrag;Waehrung\n"
        "DE893704004405;12.03.26;12.03.26;GUTSCHR.;Rechnung 5/2;ACME GmbH;1.234,56;EUR\n"
        "DE893704004405;12.03.26;12.03.26;GUTSCHR.;5/3 danke;Smith;100,00;EUR\n"
        "DE893704004405;13.03.26;13.03.26;LASTSCHRIFT;Strom 5/4;Stadtwerke;-250,50;EUR\n"
        "DE893704004405;13.03.26;13.03.26;GUTSCHR.;vorgemerkt Umbrella;Umbrella;250,50;EUR",
        ["nothing", "sure 5/2", "sure 5/3", "outgoing 5/4", "doubtful 5/4"],
    ),
    "Germany, a branch's printer": (
        CARD,
        "12.03. 12.03. SEPA-Gutschrift ACME GmbH RG 5/2 1.234,56 H\n"
        "12.03. 12.03. SEPA-Überweisung Smith RG 5/3 100,00 S\n"
        "12.03. 12.03. RETOURE 5/4 250,50 H",
        ["sure 5/2", "outgoing 5/3", "doubtful 5/4"],
    ),
    "Germany, pasted from a page": (
        CARD,
        "12.03.2026\tACME GmbH Rechnung 5/2\t+ 1.234,56 €\tKontostand 9.999,00 €\n"
        "12.03.2026\tSmith 5/3 Rücklastschrift\t- 100,00 €\tKontostand 9.899,00 €\n"
        "12.03.2026\tJones 5/4 inkl. 19% MwSt 40,00\t250,50 EUR\t10.149,50 EUR",
        ["sure 5/2", "outgoing 5/3", "unclear 5/4"],
    ),
    "Switzerland": (
        of("CHF", n5_2="1234.50", n5_3="80", n5_4="12.05"),
        "12.03.26 GUTSCHRIFT QR-RECHNUNG 5/2 1'234.50 45'234.50\n"
        "12.03.26 Gutschrift 5/2 CHF 1'234.50 Saldo CHF 45'234.50\n"
        "13.03.26 Vergütung 5/3 Fr. 80.--\n"
        "13.03.26 TWINT 5/3 CHF 80.-\n"
        "14.03.26 Gutschrift EUR 12.05 zum Kurs 0.95 5/4\n"
        "14.03.26 Gutschrift 5/4 Fr. 12.05",
        ["twice 5/2", "sure 5/2", "sure 5/3", "twice 5/3", "currency 5/4", "sure 5/4"],
    ),
    "Russia, 1C and Sber": (
        ROUBLES,
        "Дата;Счет дебета;Счет кредита;Сумма по дебету;Сумма по кредиту;Назначение\n"
        "12.03.2026;;40702810500000;;12 500,00;"
        "Оплата по счету № 71/1 от 01.03.2026 г. НДС не облагается\n"
        "12.03.2026;;40702810500000;;1 999,90;Оплата счета 71/2, в т.ч. НДС 20% 333.32\n"
        "13.03.2026;40702810500000;;900,00;;Оплата по счету 71/3 поставщика",
        ["nothing", "sure 71/1", "sure 71/2", "outgoing 71/3"],
    ),
    "Russia, Tinkoff": (
        ROUBLES,
        '"Дата операции";"Статус";"Сумма операции";"Валюта операции";"Описание"\n'
        '"12.03.2026 10:11:12";"OK";"12500,00";"RUB";"Пополнение. Счёт 71/1"\n'
        '"12.03.2026 10:11:12";"FAILED";"1999,90";"RUB";"Пополнение. Счёт 71/2"\n'
        '"12.03.2026 10:11:12";"OK";"-900,00";"RUB";"Перевод 71/3"',
        ["nothing", "sure 71/1", "doubtful 71/2", "outgoing 71/3"],
    ),
    "Russia, words of a purpose": (
        ROUBLES,
        "Оплата по сч. 71/1 Сумма 12500-00 В т.ч. НДС (20%) 2083-33\n"
        "Оплата по сч. 71/1 Сумма 12 500 руб. 00 коп., в т.ч. НДС 2 083 руб. 33 коп.\n"
        "СБП от Ивана И. 1 999 руб. 90 коп. за 71/2\n"
        "Возврат по счёту 71/3 900,00 RUB\n"
        "71/3 900 тыс. руб.",
        ["twice 71/1", "sure 71/1", "sure 71/2", "outgoing 71/3", "doubtful 71/3"],
    ),
    "Ukraine": (
        of("UAH", n8_1="4500", n8_2="320.75"),
        "12.03.2026 Зарахування 4 500,00 грн. Призначення: оплата рах. 8/1, ПДВ 750,00 грн\n"
        "12.03.2026 Повернення коштів 8/2 320,75 UAH\n"
        "13.03.2026 Оплата 8/2 320 грн 75 коп",
        ["unclear 8/1", "outgoing 8/2", "doubtful 8/2"],
    ),
    "Kazakhstan": (
        of("KZT", n8_1="45000", n8_2="12000"),
        "12.03.2026 Kaspi Gold +45 000 ₸ 8/1\n"
        "12.03.2026 түсім 12 000,00 теңге шот 8/2\n"
        "13.03.2026 қайтарылды 8/2 12 000 ₸",
        ["sure 8/1", "unclear 8/2", "twice 8/2"],
    ),
    "Brazil": (
        of("BRL", n9_1="1234.56", n9_2="90", n9_3="500"),
        "12/03/2026 PIX RECEBIDO ACME LTDA 9/1 1.234,56 C\n"
        "12/03/2026 PIX ENVIADO 9/2 90,00 D\n"
        "13/03/2026 TED RECEBIDA ref 9/3 R$ 500,00 SALDO R$ 9.999,00\n"
        "14/03/2026 ESTORNO PIX 9/1 1.234,56 C",
        ["sure 9/1", "outgoing 9/2", "sure 9/3", "twice 9/1"],
    ),
    "India": (
        of("INR", n6_1="123456.78", n6_2="5000", n6_3="200000"),
        "12-03-2026 NEFT CR-HDFC0000001-ACME-6/1 1,23,456.78 Cr Bal 9,99,999.00 Cr\n"
        "12/03/2026 UPI/607112345678/Payment 6/2/ok Rs.5,000.00\n"
        "13/03/2026 IMPS invoice 6/2 INR 5,000.00 Avl Bal: INR 45,000.00\n"
        "13/03/2026 invoice 6/3 2 lakh",
        ["sure 6/1", "twice 6/2", "sure 6/2", "differs 6/3"],
    ),
    "United Kingdom and United States": (
        of("USD", n5_2="1234.56", n5_3="100", n5_4="75"),
        "Date,Description,Amount,Running Bal.\n"
        '03/12/2026,"WIRE TYPE:WIRE IN ORIG:ACME INV 5/2","1,234.56","9,234.56"\n'
        '03/12/2026,"ZELLE FROM SMITH 5/3",100.00,"9,334.56"\n'
        '03/13/2026,"ACH RETURN 5/4",-75.00,"9,259.56"\n'
        '03/13/2026,"CHECKCARD PURCHASE",100.00,"9,159.56"',
        ["nothing", "sure 5/2", "sure 5/3", "outgoing 5/4", "nothing"],
    ),
    "France": (
        CARD,
        "Date;Libellé;Débit euros;Crédit euros\n"
        "12/03/2026;VIR SEPA RECU DE ACME MOTIF FACTURE 5/2;;1 234,56\n"
        "12/03/2026;VIR SEPA EMIS 5/3;100,00;\n"
        "13/03/2026;REMBOURSEMENT 5/4;;250,50",
        ["nothing", "sure 5/2", "outgoing 5/3", "doubtful 5/4"],
    ),
    "Spain and Italy": (
        CARD,
        "12/03/2026 TRANSFERENCIA DE ACME CONCEPTO FACTURA 5/2 1.234,56EUR\n"
        "12/03/2026 DEVOLUCION RECIBO 5/3 100,00 EUR\n"
        "13/03/2026 BONIFICO A VOSTRO FAVORE ORD. ROSSI FATT. 5/4 250,50 Euro",
        ["sure 5/2", "outgoing 5/3", "sure 5/4"],
    ),
    "Poland": (
        of("PLN", n5_2="1234.56", n5_3="100"),
        "12-03-2026 Przelew przychodzący ACME sp. z o.o. faktura 5/2 1 234,56 PLN\n"
        "12-03-2026 Przelew przychodzący Kowalski 5/3 100,00 zł saldo po operacji 4 100,00 zł\n"
        "13-03-2026 Zwrot 5/3 100,00 zł",
        ["sure 5/2", "doubtful 5/3", "outgoing 5/3"],
    ),
    "Turkey": (
        of("TRY", n5_2="1234.56", n5_3="100"),
        "12.03.2026 GELEN EFT ACME A.S. FATURA 5/2 1.234,56 TL\n"
        "12.03.2026 İADE 5/3 100,00 TL\n"
        "13.03.2026 5/3 100 bin TL",
        ["sure 5/2", "outgoing 5/3", "doubtful 5/3"],
    ),
    "China": (
        of("CNY", n5_2="1234.56", n5_3="100"),
        "交易日期,摘要,收入,支出,余额\n"
        "2026-03-12,货款5/2,1234.56,,9999.00\n"
        "2026-03-12,退款5/3,,100.00,9899.00\n"
        "2026-03-13,货款 5/3,100.00,,9999.00",
        ["nothing", "sure 5/2", "outgoing 5/3", "doubtful 5/3"],
    ),
    "Japan": (
        of("JPY", n5_2="123456", n5_3="8000"),
        "日付\tお支払金額\tお預り金額\t摘要\t差引残高\n"
        "2026/03/12\t\t123,456\t振込 カ）アクメ 5/2\t1,123,456\n"
        "2026/03/12\t8,000\t\t振込 5/3\t1,115,456\n",
        ["nothing", "sure 5/2", "outgoing 5/3"],
    ),
    "Japan, as text": (
        of("JPY", n5_2="123456", n5_3="8000"),
        "2026年3月12日 振込 5/2 123,456円 残高1,123,456円\n"
        "2026年3月12日 返金 5/3 ¥8,000\n"
        "2026年3月12日 5/3 ８，０００円\n"
        "2026年3月13日 5/2 12万円",
        ["sure 5/2", "outgoing 5/3", "doubtful 5/3", "twice 5/2"],
    ),
    "Arabic": (
        of("AED", n5_2="1234.56", n5_3="100"),
        "١٢/٠٣/٢٠٢٦ تحويل وارد فاتورة ٥/٢ ١٬٢٣٤٫٥٦ د.إ. الرصيد ٩٬٩٩٩٫٠٠\n"
        "١٢/٠٣/٢٠٢٦ تحويل وارد فاتورة ٥/٢ ١٬٢٣٤٫٥٦ درهم\n"
        "١٢/٠٣/٢٠٢٦ استرداد ٥/٣ ١٠٠٫٠٠ درهم",
        ["sure 5/2", "twice 5/2", "outgoing 5/3"],
    ),
    "Thailand, Vietnam, Indonesia": (
        of("IDR", n5_2="1234567", n5_3="100000", n5_4="5000"),
        "12/03/2026 TRSF E-BANKING CR ACME 5/2 1,234,567.00 CR\n"
        "12/03/2026 TRSF E-BANKING DB 5/3 100.000,00 DB\n"
        "13/03/2026 5/4 Rp5.000\n"
        "13/03/2026 5/3 Rp 100 ribu",
        ["sure 5/2", "outgoing 5/3", "sure 5/4", "differs 5/3"],
    ),
    "Malaysia": (
        of("MYR", n5_2="1234.56", n5_3="100"),
        "12/03/2026 IBG CREDIT ACME SDN BHD 5/2 1,234.56+ 9,234.56\n"
        "12/03/2026 BAYARAN BALIK 5/3 RM100.00",
        ["sure 5/2", "doubtful 5/3"],
    ),
    "PayPal and Stripe": (
        of("USD", n5_2="100", n5_3="50"),
        "Date,Name,Status,Currency,Gross,Fee,Net\n"
        "12/03/2026,ACME 5/2,Completed,USD,100.00,-3.20,96.80\n"
        "12/03/2026,Smith 5/3,Pending,USD,50.00,-1.75,48.25",
        ["nothing", "doubtful 5/2", "doubtful 5/3"],
    ),
}


@pytest.mark.parametrize(("card", "text", "expected"), BANKS.values(), ids=BANKS)
def test_each_line_is_judged_as_a_careful_person_would(card, text, expected):
    assert said(text, card) == expected
