"""Compare words of statements as people do: banks write without accents, in capitals, in one word.

A list of words is text. `word` is that word alone, `word*` begins one, `*word*` stands anywhere and
`two_words` are two. Words in scripts without capitals stand anywhere: their grammar glues.
"""

from __future__ import annotations

import functools
import re
import unicodedata

PLAIN = str.maketrans({"ı": "i", "ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe"})
GLUING = re.compile(r"[\u0590-\u1cff\u3000-\uffff]")
"""Scripts in which a word may touch the next one, or what belongs to it."""


LONGEST_KEPT = 64
"""Characters of a text whose form is remembered. Labels come again and again, and long lines do
not: thousands of them, with signs that become eighteen letters each, would fill the memory."""


def folded(text: str) -> str:
    """Return text without accents and capitals: "İade" and "IADE" become "iade"."""
    return _kept(text) if len(text) <= LONGEST_KEPT else _made(text)


def _made(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text)
    return (
        "".join(one for one in apart if unicodedata.category(one)[0] != "M")
        .casefold()
        .translate(PLAIN)
    )


_kept = functools.lru_cache(4096)(_made)


def pattern(listed: str) -> re.Pattern[str]:
    """Return what finds the words of a list in folded text."""
    return re.compile("|".join(_form(one) for one in sorted(set(listed.split()), key=len)[::-1]))


def _form(listed: str) -> str:
    core = folded(listed.strip("*")).replace("_", " ")
    form = re.escape(core).replace(r"\ ", r"\W+")
    if GLUING.search(listed):
        return form
    start = "" if listed.startswith("*") else r"(?<![^\W\d_])"
    return f"{start}{form}" + (r"[^\W\d_]*" if listed.endswith("*") else r"(?![^\W\d_])")
