"""The style sheet dresses what templates and scripts show, and nothing that is gone."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHEET = ROOT / "static" / "app.css"
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
DECLARATIONS = re.compile(r"\{[^{}]*\}")
CLASS = re.compile(r"\.([a-zA-Z][\w-]*)")
PUT_TOGETHER = re.compile(r"([\w-]+?-)(?:\{\{|%s|\$\{)")
"""The beginning of a class whose end is a value: `toast--%s`, `is-{{ kind }}`."""


def test_every_class_of_the_style_sheet_is_set_somewhere():
    pages = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static" / "app").glob("*.js")]
    pages += [ROOT / "static" / "settings.js", *(ROOT / "b24app" / "web").rglob("*.py")]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    names = set(re.findall(r"[\w-]+", text))
    beginnings = tuple(PUT_TOGETHER.findall(text))
    sheet = COMMENT.sub("", SHEET.read_text(encoding="utf-8"))
    styled = set(CLASS.findall(DECLARATIONS.sub("{}", sheet)))

    unset = {name for name in styled - names if not name.startswith(beginnings)}

    assert len(styled) > 100
    assert sorted(unset) == []
