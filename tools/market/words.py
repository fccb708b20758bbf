"""What the linter knows of words: brands, languages, and what the texts must name."""

from __future__ import annotations

import re

BRANDS = (
    "bitrix", "битрикс", "1c", "1с", "amocrm", "google", "hubspot", "paypal", "pipedrive", "qr-pay",
    "salesforce", "sberbank", "сбербанк", "shopify", "stripe", "telegram", "телеграм", "whatsapp",
    "ватсап", "wordpress", "yookassa", "юkassa", "zoho",
)  # fmt: skip
"""No keyword, tag or title may hold one (rest-contract i.38)."""

SPELLINGS = {"en": "Bitrix24", "de": "Bitrix24", "ru": "Битрикс24"}
NOT_A_SPELLING = re.compile(
    r"bitrix[ -]?24|битрикс[ -]?24|\bbitrix\b(?!24)|\bбитрикс\w*", re.IGNORECASE
)
"""Every way in which the product's name is written; only that of the language is right."""

PROMISES = {
    "en": re.compile(r"\b(best|number one|no\. ?1|guarantee\w*|official|free of charge)\b", re.I),
    "de": re.compile(r"\b(beste[rsn]?|garantier\w*|offiziell\w*|kostenlos\w*)\b", re.I),
    "ru": re.compile(r"\b(лучш\w+|гарантир\w*|официальн\w*|бесплатн\w*)\b", re.I),
}
"""What would promise something, or pose as the maker of the portal."""

TYPICAL = {
    "en": {"the", "and", "with", "what", "not"},
    "de": {"und", "die", "der", "nicht", "mit"},
    "ru": {"и", "на", "не", "что", "или"},
}
FOREIGN_TO = {
    "en": re.compile(r"[а-яёА-ЯЁäöüÄÖÜß]|\.ru\b", re.I),
    "de": re.compile(r"[а-яёА-ЯЁ]|\.ru\b", re.I),
}
"""No other script, and no Russian-language resources beside other languages (i.39)."""

QUOTED = {
    "en": re.compile(r'"([^"\n]+)"'),
    "de": re.compile(r"„([^“\n]+)“"),
    "ru": re.compile(r"«([^»\n]+)»"),
}
"""What stands in quotation marks is a name that people see in the app."""

NO_NAMES = {
    "en": {"bank statement 117", "delete settings and data"},
    "de": {
        "Kontoauszug 117", "Einstellungen und Daten löschen", "Installieren", "Produkte",
        "unbezahlt",
    },
    "ru": {"выписка 117", "не оплачено", "Установить", "Удалить", "Товары"},
}  # fmt: skip
"""Except for examples and the portal's own buttons."""

FEATURES: dict[str, tuple[str, str, str]] = {
    "many-at-once": ("many payments at", "mehrere zahlungen auf einmal", "несколько оплат сразу"),
    "marks": ("with a note", "mit notiz", "с примечанием"),
    "sending": ("qr code", "qr-code", "qr-код"),
    "reminders": ("remind me", "erinnern", "напомнить"),
    "places": ("other places", "weitere orte", "другие места"),
    "totals": ("outstanding", "offen", "к оплате"),
    "settings": ("diagnostics", "diagnose", "диагностика"),
    "statements": ("bank statement:", "kontoauszug abgleichen", "банковскую выписку"),
}  # fmt: skip
"""A page of `docs/` describes each; where the page is there, the full description names it."""

ALWAYS = {
    "full": {
        "plan": ("plan:", "tarif:", "тариф:"),
        "rights": ("rights:", "rechte:", "права:"),
        "shop": ("shop:", "shop:", "магазин:"),
        "payments switched on": ("switched on", "eingeschaltet", "включены"),
        "on-premise": ("on-premise version", "on-premise-version", "коробочная версия"),
        "limits": ("limits", "grenzen", "ограничения"),
        "what leaves": ("what leaves your", "was ihr portal verlässt", "что покидает"),
        "export": ("csv", "csv", "csv"),
        "no refund": ("no refund", "keine rückzahlung", "не возвращает"),
    },
    "installation": {
        "cards": ("- cards:", "- karten:", "- карточки:"),
        "rules": ("- rules:", "- regeln:", "- правила:"),
        "defaults": ("- defaults:", "- standardwerte:", "- значения по умолчанию:"),
        "activity": ("- activity:", "- aktivitätsprotokoll:", "- журнал действий:"),
        "diagnostics": ("- diagnostics:", "- diagnose:", "- диагностика:"),
        "administrator": ("administrator", "administrator", "администратор"),
    },
    "support": {
        "e-mail": ("e-mail:", "e-mail:", "e-mail:"),
        "phone": ("phone:", "telefon:", "телефон:"),
        "hours": ("hours:", "zeiten:", "часы работы:"),
        "reaction time": ("first answer:", "erste antwort:", "первый ответ:"),
    },
}  # fmt: skip
"""Fields, what each must hold, and by which words in en, de and ru it is found."""
