"""The house rules a machine can check: who may import whom, sizes, and what `import app` may do."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from b24app.bitrix.wire.error_codes import BY_CODE, BY_START

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("web", "services", "bitrix", "storage", "simulator")
ROOMS_OF_SERVICES = "Rooms of services import downwards only"
LINES_AT_MOST = 400
LINES_OF_THE_APP = 300
LINES_OF_A_FUNCTION = 40
OWN_CODES = ("InputCode.", "OutcomeCode.")

LONGER = {
    "storage/models.py": "all tables, one beside the other",
}
"""What is longer than the others, and why."""
FORBIDDEN = (
    ("bitrix", "b24app.services", "Rooms import downwards only"),
    ("bitrix", "b24app.storage", "Rooms import downwards only"),
    ("domain", "b24app.bitrix", "Rooms import downwards only"),
    ("web", "b24app.bitrix", "web never speaks to a portal or a database itself"),
    ("web", "sqlalchemy", "web never speaks to a portal or a database itself"),
    ("services", "flask", "Flask lives in web only"),
    ("services", "requests", "requests and Authlib live in bitrix only"),
    ("bitrix", "sqlalchemy", "SQLAlchemy lives in storage only"),
    ("services", "prometheus_client", "Figures are declared in meters and shown by web only"),
    ("services", "b24app.simulator", "No room imports the simulator"),
    ("services/card", "b24app.services.payments", ROOMS_OF_SERVICES),
    ("services/card", "b24app.services.lifecycle", ROOMS_OF_SERVICES),
    ("services/lifecycle", "b24app.services.card", ROOMS_OF_SERVICES),
    ("services/writing", "b24app.services.payments", ROOMS_OF_SERVICES),
    ("services/auth", "b24app.services.directories", ROOMS_OF_SERVICES),
    ("services/settings", "b24app.services.auth", ROOMS_OF_SERVICES),
    ("", "b24app.simulator", "The composition root does not import the simulator"),
    ("simulator", "b24app.domain", "The simulator shares no code with the application"),
)
"""What a module imports in a copy, and the contract that says no to it."""

TEMPLATE_LINE_AT_MOST = 120

IMPORT_APP = """
import socket, sys

def refuse(*_, **__):
    raise AssertionError("import app touched the network")

socket.socket.connect = refuse
socket.getaddrinfo = refuse
import app
assert callable(app.app)
print([name for name in sys.modules if name.startswith("b24app.simulator")])
"""

ENVIRONMENT = {
    "APP_URL": "https://app.example",
    "B24_CLIENT_ID": "local.client",
    "B24_CLIENT_SECRET": "local.secret",
    "SECRET_KEY": "0123456789abcdef0123456789abcdef",
    "TOKEN_KEYS": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(folder)},
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "b24app", tmp_path / "b24app", ignore=shutil.ignore_patterns("*.pyc"))
    return tmp_path


def spoil(folder: Path, module: str, name: str) -> str:
    """Append an import to a module of the copied app; answers how the linter names it."""
    package = folder / "b24app" / module
    file = package / "__init__.py" if package.is_dir() else package.with_suffix(".py")
    lines = [*file.read_text().splitlines(), f"import {name}"]
    file.write_text("\n".join(lines) + "\n")
    importer = ".".join(("b24app", *Path(module).parts))
    return f"{importer} -> {name} (l.{len(lines)})\n"


def contracts_in(said: str) -> dict[str, str]:
    """What the linter says about each broken contract."""
    parts = re.split(r"^(.+)\n-+$", said.split("Broken contracts\n")[-1], flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_rooms_import_only_what_they_may():
    done = lint_imports(ROOT)

    assert done.returncode == 0, done.stdout


def test_each_forbidden_import_is_caught(copy):
    """All in one copy: reading 400 modules takes seconds, and each import is named by its line."""
    made = {(contract, spoil(copy, module, name)) for module, name, contract in FORBIDDEN}

    contracts = contracts_in(lint_imports(copy).stdout)

    assert {one for one in made if one[1] not in contracts.get(one[0], "")} == set()
    assert set(contracts) == {contract for *_, contract in FORBIDDEN}


def test_importing_the_app_loads_no_simulator_and_opens_no_connection(tmp_path):
    environment = {
        **ENVIRONMENT,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'app.db'}",
        "REST_LOG_DIR": str(tmp_path / "rest-log"),
        "PATH": "/usr/bin:/bin",
    }

    done = subprocess.run(
        [sys.executable, "-c", IMPORT_APP],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_states_its_law(room):
    source = (ROOT / "b24app" / room / "__init__.py").read_text()

    assert ast.get_docstring(ast.parse(source))


def python_files() -> list[Path]:
    folders = (ROOT / name for name in ("b24app", "tests", "tools"))
    return [*ROOT.glob("*.py"), *(file for folder in folders for file in folder.rglob("*.py"))]


def test_no_file_is_too_long_to_read():
    long = [
        str(file.relative_to(ROOT))
        for file in python_files()
        if len(file.read_text().splitlines()) > LINES_AT_MOST
    ]

    assert not long


def test_template_lines_fit_on_a_screen():
    long = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in (ROOT / "templates").rglob("*.html")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if len(line) > TEMPLATE_LINE_AT_MOST
    ]

    assert not long


def test_a_module_of_the_app_is_read_at_one_sitting():
    app = ROOT / "b24app"
    long = {
        str(file.relative_to(app))
        for file in app.rglob("*.py")
        if len(file.read_text().splitlines()) > LINES_OF_THE_APP
    }

    assert long <= set(LONGER)


def test_a_function_of_the_app_fits_on_a_screen():
    app = ROOT / "b24app"
    long = {
        f"{file.relative_to(app)}:{function.name}"
        for file in app.rglob("*.py")
        if "migrations" not in file.parts
        for function in ast.walk(ast.parse(file.read_text()))
        if isinstance(function, ast.FunctionDef)
        and (function.end_lineno or 0) - function.lineno >= LINES_OF_A_FUNCTION
    }

    assert long <= set(LONGER)


def test_codes_of_the_portal_become_classes_in_bitrix_and_are_compared_nowhere_else():
    codes = {code for code in (*BY_CODE, *BY_START) if code}
    told = [
        f"{file.name}:{node.lineno}"
        for room in ("services", "web")
        for file in (ROOT / "b24app" / room).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant) and node.value in codes
    ]

    assert told == []


def test_the_code_of_an_error_is_compared_with_codes_of_our_own_only():
    told = [
        f"{file.name}:{node.lineno}"
        for room in ("services", "web")
        for file in (ROOT / "b24app" / room).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Compare)
        and ast.unparse(node.left).endswith("error.code")
        and not all(ast.unparse(one).startswith(OWN_CODES) for one in node.comparators)
    ]

    assert told == []


def test_tests_and_their_packages_have_no_stray_folders():
    packages = {file.parent for file in (ROOT / "tests").rglob("test_*.py")}

    assert all((package / "__init__.py").exists() for package in packages)


def test_what_is_given_a_session_is_not_given_what_the_session_has():
    both = [
        f"{file.name}:{function.name}"
        for file in (ROOT / "b24app" / "services").rglob("*.py")
        for function in ast.walk(ast.parse(file.read_text()))
        if isinstance(function, ast.FunctionDef)
        and {"card", "deps"} <= {one.arg for one in function.args.args}
    ]

    assert both == []
