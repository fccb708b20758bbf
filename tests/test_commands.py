"""What pages, units and examples tell people to type: the commands, options and names exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tools.attack.__main__ import ATTACKS
from tools.bench.__main__ import PARTS

ROOT = Path(__file__).resolve().parent.parent
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "market" / "README.md"]
FILES = [path for path in (ROOT / "deploy").rglob("*") if path.is_file()]
FILES += [ROOT / name for name in ("compose.yaml", "Dockerfile", ".env.example", "Makefile")]
SPAN = re.compile(r"`([^`]+)`")
BLOCK = re.compile(r"^(?: {4,}|- +run: )(.+)$|^```\n(.*?)^```", re.MULTILINE | re.DOTALL)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
PROGRAMS = {"python", "pip", "flask", "gunicorn", "pytest"}


def typed(path):
    """What stands as code on a page; of a file that is no page, all of it."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".md":
        return text
    blocks = ["".join(found) for found in BLOCK.findall(text)]
    spans = [" ".join(one.split()) for one in SPAN.findall(FENCED.sub("", text))]
    return "\n".join([*blocks, *spans])


TYPED = {path.relative_to(ROOT).as_posix(): typed(path) for path in (*PAGES, *FILES)}
EVERYTHING = "\n".join(TYPED.values())


def found(pattern):
    """Every page with what the pattern finds there, once."""
    pairs = [(page, one) for page, text in TYPED.items() for one in re.findall(pattern, text)]
    assert pairs, "Nothing is found: the pattern has to follow the pages."
    return list(dict.fromkeys(pairs))


MAKE = r'(?m)^(?:[A-Z_]+=(?:"[^"]*"|\S+) )*make ([a-z]\w*(?: [A-Z]\w*=\S+)*)'


@pytest.mark.parametrize(("page", "command"), found(MAKE))
def test_a_target_of_make_and_its_settings_exist(page, command):
    target, *settings = command.split(" ")
    makefile = (ROOT / "Makefile").read_text()

    assert re.search(rf"^{target}:", makefile, re.MULTILINE), page
    for name in (one.partition("=")[0] for one in settings):
        known = rf"\$\((?:if \$\()?{name}\)|^export .*\b{name}\b"
        assert re.search(known, makefile, re.MULTILINE), page


MODULE = r"python3? -m ((?:tools|b24app)[\w.]*(?: [-\w.]+)*)"


@pytest.mark.parametrize(("page", "command"), found(MODULE))
def test_a_module_that_is_run_exists_and_knows_its_options(page, command):
    name, *arguments = command.rstrip(".").split(" ")
    place = ROOT / name.replace(".", "/")
    file = place / "__main__.py" if place.is_dir() else place.with_suffix(".py")
    assert file.is_file(), page
    source = file.read_text()

    assert '__name__ == "__main__"' in source
    for option in (one for one in arguments if one.startswith("--")):
        assert f'"{option}"' in source, page


FLASK = r"flask(?: --app app)? ((?:db )?[a-z]+(?: --[a-z-]+(?: [^\s`]+)?)*)"


@pytest.mark.parametrize(("page", "command"), found(FLASK))
def test_a_command_of_flask_exists_and_knows_its_options(app, page, command):
    commands = app.cli.commands
    if command.startswith("db "):
        commands = commands["db"].commands
    name, *arguments = command.removeprefix("db ").split(" ")

    assert name in commands, page
    known = {option for one in commands[name].params for option in one.opts}
    assert {one for one in arguments if one.startswith("--")} <= known, page


def words(groups):
    return set(" ".join("".join(one) for one in groups).split())


def test_attacks_and_parts_of_the_measurement_are_known():
    attacks = words(re.findall(r'tools\.attack ([a-z -]+)|ATTACKS="([^"]+)"', EVERYTHING))
    parts = words(re.findall(r'PARTS=(?:"([^"]+)"|(\w+))', EVERYTHING))

    assert {"silent-portal"} <= attacks - {"--nginx"} <= ATTACKS.keys()
    assert {"openings"} <= parts <= set(PARTS)


def test_units_and_services_are_there():
    units = set(re.findall(r"\bdeal-payments[a-z-]*\.(?:service|timer)\b", EVERYTHING))
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"].keys()
    stopped = words(re.findall(r"docker compose stop ([a-z ]+)", EVERYTHING))
    entered = set(re.findall(r"docker compose exec (?:-T )?([a-z]+)", EVERYTHING))

    assert units == {one.name for one in (ROOT / "deploy" / "systemd").iterdir()}
    assert {"app", "database"} <= stopped | entered <= services


def test_programs_are_those_that_are_installed():
    assert set(re.findall(r"\.venv/bin/(\w+)", EVERYTHING)) == PROGRAMS
