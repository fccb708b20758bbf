"""The linter of the scripts sees the parts as they are served, and says where a mistake is."""

from __future__ import annotations

import shutil

import pytest

from b24app.web.plumbing import assets
from tools.lint_scripts import STATIC, found

MISTAKES = (
    ("nobodyDefinesThis();", "no-undef"),
    ("const unusedIn{} = 1;", "no-unused-vars"),
    ("if (opener == 1) opener = 2;", "eqeqeq"),
    ("eval(String(opener));", "no-eval"),
)


@pytest.fixture
def parts(tmp_path):
    folder = tmp_path / "app"
    shutil.copytree(STATIC / "app", folder)
    return folder


def spoil(folder, part, text):
    """Append a line to a part; answers its place."""
    path = folder / f"{part}.js"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, text]) + "\n", encoding="utf-8")
    return f"{path}:{len(lines) + 1}"


def test_the_scripts_have_no_problems():
    assert list(found(STATIC / "app")) == []


def test_a_mistake_is_told_by_part_and_line(parts):
    """All at once: the linter looks at all parts anyway, and each mistake is told at its place."""
    made = {
        (spoil(parts, part, text.format(part.replace("-", ""))), rule)
        for part in assets.PARTS
        for text, rule in MISTAKES
    }

    problems = list(found(parts))

    told = {
        (one.partition(": ")[0], rule) for one in problems for _, rule in MISTAKES if rule in one
    }
    assert told == made
    assert len(problems) == len(made)


def test_a_name_that_two_parts_define_is_a_mistake(parts):
    spoil(parts, "start", "const byId = 1; byId();")

    assert list(found(parts))


def test_a_script_that_cannot_be_read_is_a_mistake(parts):
    spoil(parts, "clicks", "function (")

    assert list(found(parts))
