"""Words of bank statements: heads of columns, and what speaks against money that came in.

What is missing here lets a line look surer than it is: no list has the words of all languages. So a
person ticks what came in, and nothing is ticked because of what a line does not say.
"""

from __future__ import annotations

from collections.abc import Mapping

from b24app.domain.statement.folding import folded, pattern

OUT = """debit, debits, debet, dr, withdrawal, withdrawals, paid out, money out, out, outflow,
    outgoing, spent, soll, ausgang, auszahlung, belastung, lastschrift, débit, cargo, cargos,
    débito, débitos, debito, retiro, saída, saídas, addebito, addebiti, dare, uscite, debe,
    dépenses, gider, zahlungsausgang, obciążenie, obciążenia, wypłata, wn, borç, çıkan, дебет,
    списание, расход, расходы, списання, видаток, витрати, шығыс, 支出, 借方, 出金,
    お支払金額, お引出し, 引出, chi, ghi nợ, nợ, مدين, مدينة, ถอน, เดบิต, pengeluaran, keluar, af"""
IN = """credit, credits, cr, deposit, deposits, paid in, money in, in, inflow, incoming,
    received, haben, eingang, gutschrift, crédit, abono, abonos, crédito, créditos, credito,
    entrada, entradas, accredito, accrediti, avere, entrate, haber, recettes, gelir,
    zahlungseingang, uznanie, uznania, wpływ, wpływy, alacak, giren, кредит, поступление,
    поступления, зачисление, приход, зарахування, надходження, кіріс, түсім, 收入, 存入, 贷方, 貸方,
    入金, お預り金額, お預入れ, thu, ghi có, có, دائن, دائنة, ฝาก, เครดิต, pemasukan, kredit,
    masuk, bij"""
LEFT = """balance, bal, available, saldo, solde, kontostand, bakiye, остаток, остатка, остатки,
    сальдо, баланс, баланса, доступно, залишок, залишку, қалдық, қалдығы, 余额, 餘額, 结余, 結餘,
    残高,
    差引残高, số dư, رصيد, الرصيد, คงเหลือ, ยอดคงเหลือ, baki, sisa"""
AMOUNT = """amount, sum, betrag, umsatz, montant, importe, importo, kwota, tutar, valor, monto,
    quantia, сумма, сума, сомасы, 金额, 金額, 交易金额, số tiền, المبلغ, مبلغ, จำนวนเงิน, jumlah,
    nominal,
    amaun"""
TAX = """vat, tax, taxes, gst, cgst, sgst, igst, sst, mwst, ust, umsatzsteuer, mehrwertsteuer,
    steuer, tva, iva, imposto, iof, impuesto, imposta, podatek, kdv, ндс, пдв, ққс, 税, 税额, 稅額,
    消費税, 增值税, thuế, ضريبة, الضريبة, ภาษี, ppn, pajak, cukai"""
MONEY = """currency, ccy, währung, devise, moneda, divisa, moeda, valuta, waluta, döviz, para
    birimi, валюта, валюти, 币种, 货币, 幣別, 貨幣, 通貨, tiền tệ, loại tiền, عملة, العملة,
    สกุลเงิน,
    mata uang, mata wang"""

CREDIT, DEBIT, BALANCE, SUM, CURRENCY = "credit", "debit", "balance", "sum", "currency"


SHORT = 3


def as_listed(word: str) -> str:
    """Return a word as the lists have it. Short ones keep their accents: "No" is not "nợ"."""
    plain = folded(word)
    return word.casefold() if len(plain) <= SHORT else plain


def _of(text: str) -> frozenset[str]:
    words = (one.split() for one in text.split(","))
    return frozenset(" ".join(map(as_listed, some)) for some in words)


def _listed(text: str) -> str:
    return " ".join("_".join(one.split()) for one in text.split(","))


COLUMNS: Mapping[str, frozenset[str]] = {
    DEBIT: _of(OUT), CREDIT: _of(IN), BALANCE: _of(f"{LEFT},{TAX}"), SUM: _of(AMOUNT),
    CURRENCY: _of(MONEY),
}  # fmt: skip
"""Heads of columns, one word or two. What is left and what is tax is no payment's amount."""

ENDINGS = {
    DEBIT: pattern(
        """дебет* расход* списан* видат* debited withdrawn belastung* ausgabe* addebit* obciazen*
        uscit* sortie* egreso* borc* pengeluaran*"""
    ),
    CREDIT: pattern(
        """кредит* приход* поступ* зачисл* надход* зарах* credited gutschrift* einnahme* accredit*
        uznan* entree* ingreso* alacak* penerimaan*"""
    ),
}
"""What else begins the heads of debits and credits, with the endings of its language."""

IS_ACCOUNT = pattern(
    "account* konto счет* счёт* рахун* compte* cuenta* conta conto hesap* rekening"
)
"""An account that is debited is no amount."""

OUT_CELLS = _of(
    f"""d, s, dbit, db, dt, дт, дб, 借, 出, sent, spent, expense, payout, gesendet, envoyé, enviado,
    inviato, отправлено, надіслано, {OUT}"""
)
"""Cells that say it of their line."""

OUT_MARKS = _of("dr, d, s, db, dbit, debit, soll, дт, дб, 借, 出")
IN_MARKS = _of("cr, c, h, crdt, credit, haben, кт, кр, 贷, 貸, 入")
"""What a bank writes behind a number."""

IS_LEFT, IS_TAX = pattern(_listed(LEFT)), pattern(_listed(TAX))
"""What says of the number after it that it is no payment."""

NO_TAX = pattern(
    """без_ндс ндс_не_обл* без_пдв no_vat vat_exempt without_vat ohne_mwst ohne_ust sans_tva sin_iva
    senza_iva sem_iva bez_vat"""
)
"""What says that there is no tax, though it names one."""

IS_VAGUE = pattern(
    """approx approximately about circa ca etwa ungefahr environ aprox cerca około okolo yaklasik
    до около примерно близько шамамен max min upto bis limit лимит jusqu hasta ate fino hingga
    sampai"""
)
"""What is before an amount that is none yet."""

OTHER_THING = pattern(
    """contract* agreement vertrag* contrat contrato contratto umow* sozlesme* договор* дог
    контракт* шарт* hop_dong kontrak perjanjian act акт* 合同 合約 契約 عقد สัญญา"""
)
"""What has numbers of its own. It is looked for at the end of what is before a number."""

WENT_OUT = pattern(
    """refund refunds refunded reversal chargeback debited withdrawal outgoing
    storno stornierung rückzahlung rückbuchung rücklastschrift rücküberweisung rueckzahlung
    rücküberw rueckbuchung ruecklastschrift erstattung auszahlung
    remboursement reembolso reembolsos devolución estorno contracargo rimborso storno
    zwrot wypłata iade iadesi возврат списание списано расход исходящий
    повернення списання қайтару қайтарым 退款 出金 返金 冲正 沖正 拒付 払戻 استرداد คืนเงิน
    hoàn_tiền pengembalian"""
)
"""Words of a line that say of all of it that money went out."""

AGAINST = pattern(
    """wire_out outgoing* sent zelle_to *scheduled due reverted denied expired unclaimed uncleared
    held incomplete uncaptured disputed requires_action uncollect* expected planned reminder
    fallig* mahn* ausstehend* fehlgeschlag* nicht_ausgefuhrt* offen offene offener geplant*
    uberweisung_an *erwartet* wychodzac* zaplanowan* oczekiwan* niezaplac* zalegl* en_cours impaye*
    a_venir echu* emis emise insoluto negado agendad* programad* vencid* enviad* basarisiz*
    planlanan отказано не_исполн* исходящ* ожидаем* планов* просроч* к_оплате к_получению перевод_на
    заплановано відмовлено 处理中 處理中 待处理 待處理 予定
    not_paid not_received no_payment unpaid overdue on_hold blocked preauth* *refund* return*
    *revers* *chargeback* charge_back* reimburs* recall* bounce* dishono*
    void voided cancel* credit_note* debit debits debet debito purchase* withdraw* sent_to
    transfer_to pending declin* failed fail rejected reject unsuccessful
    rück* rueck* *rückzahl* *rückgabe* *rücklast* *rückbuch* *rueckzahl* *rueckgabe* *ruecklast*
    nicht_erhalten nicht_bezahlt unbezahlt *erstatt* *storn* retoure* retourn* widerruf*
    *lastschrift* *belastung* abbuch* *auszahl*
    gutschriftsanzeige vorgemerkt abgelehnt
    *reembols* *devol* devuel* reintegr* retroces* contracargo* revertid* anula* rechaz* pendiente
    nota_de_credito adeudo* retiro* reversion
    *estorn* ressarc* contestac* recusad* pendente saque
    *rembours* restitu* extourn* rejet* retrocession* annul* avoir prelevement* virement_emis
    en_attente retour retours refuse*
    *rimbors* *storn* reso resi restituz* addebit* prelievo* rifiut* annull* in_sospeso
    *zwrot* *zwroc* reklamac* anulow* odrzuc* *obciaz* *wyplat* chargeback* oczekuj*
    iade* iptal* ters geri para_cekme reddedil* beklemede bekleyen gonderilen
    не_оплач* неоплач* не_получ* не_поступ* холд заморож* *возвра* возмещ* *сторн* *отмен* аннул*
    *чардж* отзыв* *списан*
    снятие покупк* отклон* неусп*
    неисполн* ожида* в_обработке ошибка ошибочн* чек_возврат*
    не_сплач* несплач* *поверн* *відшкод* скасув* анульов* *сторн* відхил* помилк* очіку* зняття
    *қайтар* *өтеліп* *күшін_жой* бас_тарт* шығыс*
    未払 未付 预授权 預授權 仮売上 退 返金 返品 返却 払戻 払い戻 戻入 組戻 取消 取り消 赤伝 引落
    引き落 引出 キャンセル
    チャージバック リファンド
    冲正 沖正 冲销 沖銷 撤销 撤銷 拒付 转出 轉出 扣款 失败 失敗 拒绝 拒絕 未完了 エラー 支出
    hoàn_tiền hoàn_trả hoàn_lại hoàn_phí trả_lại thu_hồi đảo_giao_dịch hủy bồi_hoàn thất_bại ghi_nợ
    rút_tiền chuyển_đi
    استرداد استرجاع ارجاع مرتجع مسترد اعادة الغاء عكس سحب خصم فشل مرفوض
    คืนเงิน คืนยอด ยกเลิก กลับรายการ เงินคืน ขอคืน ปฏิเสธ ล้มเหลว หักบัญชี ถอน
    *pengembalian* *kembali* retur refund batal* dibatalkan pembatalan gagal ditolak tarik*
    *bayaran_balik* *pulang* bayar_balik pembalikan tolak caj_balik"""
)
"""Words that speak against it: whether they mean this money a person has to see."""
