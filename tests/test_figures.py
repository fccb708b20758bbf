"""The command that measures the house: it counts what it says, and still finds what it counts."""

from __future__ import annotations

from tools.figures import main, of_services, of_sizes

CODE = {
    "services/__init__.py": "",
    "services/settings.py": "def of(self, one, two, *, three): pass\n",
    "services/card/tab.py": "from b24app.services.settings import of\nimport os\n",
    "services/card/view.py": "from b24app.services.card import tab\n",
    "simulator/long.py": "\n" * 500,
}


def test_what_is_counted(tmp_path):
    app = tmp_path / "b24app"
    for name, text in CODE.items():
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        (app / name).write_text(text)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(f"<p>\n{'a' * 121}\n")

    found = dict([*of_services(app / "services"), *of_sizes(tmp_path)])

    assert found == {
        "services: most parameters": "3 (settings.of)",
        "services: functions with more than 5 parameters": 0,
        "services: arrows between files": 2,
        "services: arrows between files of different folders": 1,
        "longest module": "2 (services/card/tab.py)",
        "modules over 300": 0,
        "longest function": "1 (services/settings.py:of)",
        "functions over 40": 0,
        "longest template line": "121 (page.html:2)",
        "template lines over 120": 1,
        "lines of the app without the simulator": 4,
    }


def test_a_click_and_an_opening_are_counted(capsys):
    assert main() == 0

    printed = dict(line.rsplit(maxsplit=1) for line in capsys.readouterr().out.splitlines()[:5])
    assert all(int(value) > 1 for value in printed.values()), printed
    # As docs/scaling.md says, which tests/web/plumbing/test_counted_transactions.py looks at.
    assert printed["opening: transactions"] == "4"
