"""`make market`: write the folder `market/`; `python -m tools.market --check` says what is wrong.

`--texts` writes texts and version card only, without a browser. `--check` changes nothing, exits
with 1 where something is wrong and lists what the owner has to say; `--release` does the same and
takes what the owner has not said for wrong, too.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from tools.market import card, checklist, lint
from tools.market.kit import LANGUAGES, Places, open_questions, texts


def main(arguments: Sequence[str], places: Places) -> int:
    """Make or check the kit. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.market", description=__doc__)
    what = parser.add_mutually_exclusive_group()
    for name in ("--texts", "--check", "--release"):
        what.add_argument(name, action="store_true")
    asked = parser.parse_args(arguments)
    if not (asked.check or asked.release):
        write(places)
        if not asked.texts:
            # Only here a browser is needed.
            from tools.market import pictures

            if pictures.main(places):
                return 1
    return report(places, is_release=asked.release)


def write(places: Places) -> None:
    """Write the texts of all languages, the version card and what is open."""
    for language in LANGUAGES:
        (places.market / language).mkdir(parents=True, exist_ok=True)
        for field, text in texts(places, language).items():
            places.file(language, field).write_text(text, encoding="utf-8")
    made = card.version_card(places)
    (places.market / "version-card.json").write_text(card.as_json(made), encoding="utf-8")
    (places.market / "version-card.md").write_text(card.as_page(made), encoding="utf-8")


def report(places: Places, *, is_release: bool) -> int:
    """Print what is wrong and what is open. Returns 1 where the kit cannot be used."""
    wrong = lint.problems(places)
    for problem in wrong:
        print(problem)
    questions = list(open_questions(places))
    if questions:
        print(f"Open, for the owner to fill in in market/vendor.toml: {', '.join(questions)}")
    left = list(checklist.open_rows(places))
    for row in left:
        print(f"Open, {row}")
    if wrong or (is_release and (questions or left)):
        return 1
    print(f"market/: {'ready' if not (questions or left) else 'sound, but for what is open'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Places()))
