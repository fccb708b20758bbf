"""The languages of Bitrix24's interface, and ours for each."""

from __future__ import annotations

LANGUAGES = {
    "en": "en", "de": "de", "fr": "fr", "it": "it", "ru": "ru", "pl": "pl", "tr": "tr", "ja": "ja",
    "la": "es", "br": "pt_BR", "ua": "uk", "kz": "kk", "sc": "zh_Hans", "tc": "zh_Hant",
    "vn": "vi", "id": "id", "ms": "ms", "th": "th", "ar": "ar",
}  # fmt: skip
"""Bitrix24's LANG to our locale. `la` is Spanish, `br` Portuguese, `id` Indonesian; what is not
listed, Hindi (`in`) among them, falls back to English. Source: docs/bitrix24/embedding.md, 6.4."""

CODES = {locale: code for code, locale in LANGUAGES.items()}
"""Our locale to Bitrix24's LANG."""
