"""Interface languages a portal's user can choose, by Bitrix24's own codes (not BCP 47)."""

LANGUAGES = {
    "en": "English",
    "de": "Deutsch",
    "la": "Español",
    "fr": "Français",
    "it": "Italiano",
    "pl": "Polski",
    "br": "Português (Brasil)",
    "ru": "Русский",
    "ua": "Українська",
    "tr": "Türkçe",
    "kz": "Қазақша",
    "ja": "日本語",
    "sc": "简体中文",
    "tc": "繁體中文",
    "vn": "Tiếng Việt",
    "id": "Bahasa Indonesia",
    "in": "हिन्दी",
    "ms": "Bahasa Melayu",
    "th": "ภาษาไทย",
    "ar": "العربية",
}

# The language of this portal itself, whoever looks at it.
PORTAL_LANGUAGE = "de"
