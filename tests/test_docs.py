"""The pages say what the code does: verbs, parameters, columns, links; notebooks carry no outputs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import typer.main
import yaml

from regulars import tables
from regulars.cli.app import app
from regulars.params import Params

ROOT = Path(__file__).parents[1]
INTERFACE = (ROOT / "docs" / "interface.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "models" / "README.md"])
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
VERBS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_the_interface_lists_every_verb_in_order() -> None:
    assert re.findall(r"^\| `([\w-]+)` \|", INTERFACE.split("## Parameters")[0], re.MULTILINE) == list(VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_the_interface_names_every_option(verb: str) -> None:
    options = {option for parameter in VERBS[verb].params for option in parameter.opts if option.startswith("--")}
    commands = INTERFACE.split("## Parameters")[0]
    assert {option for option in options - {"--help"} if f"`{option}" not in commands} == set()


def test_the_interface_shows_every_parameter_with_its_default() -> None:
    shown = re.search(r"```yaml\n(.*?)```", INTERFACE, re.DOTALL)
    assert shown
    values = yaml.safe_load(shown[1])
    assert Params.model_validate(values) == Params()
    assert values.keys() == Params.model_fields.keys()


def test_the_interface_shows_the_columns_in_the_order_in_which_they_are_written() -> None:
    shown = [tuple(re.split(r",\s+", text.strip())) for text in re.findall(r"```text\n(.*?)```", INTERFACE, re.DOTALL)]
    written = [tables.SCORES, tables.TARGETS, tables.MEASURED, tables.CAMPAIGN_HISTORY, tables.PREDICTIONS]
    assert shown == written


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_only_verbs_that_exist_are_called(page: Path) -> None:
    assert set(re.findall(r"`regulars ([a-z][a-z-]*)", page.read_text(encoding="utf-8"))) <= VERBS.keys()


def test_every_fault_has_tests_that_exist() -> None:
    page = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    _, *rows = re.findall(r"^\| (.*) \|$", page, re.MULTILINE)
    faults = [row for row in rows if not row.startswith("---")]
    named = [re.findall(r"`([\w/]+\.py)::(test_\w+)`", row.rpartition(" | ")[2]) for row in faults]
    assert [fault for fault, tests in zip(faults, named, strict=True) if not tests] == []
    sources = {file: (ROOT / "tests" / file).read_text(encoding="utf-8") for tests in named for file, _ in tests}
    assert [test for tests in named for file, test in tests if f"def {test}(" not in sources[file]] == []
    assert len(faults) > 20


@pytest.mark.parametrize("index", ["docs/index.md", "docs/adr/index.md"])
def test_an_index_leads_to_every_page_of_its_folder(index: str) -> None:
    linked = set(re.findall(r"\(([\w-]+\.md)\)", (ROOT / index).read_text(encoding="utf-8")))
    assert linked >= {page.name for page in (ROOT / index).parent.glob("*.md")} - {"index.md"}


@pytest.mark.parametrize("record", sorted((ROOT / "docs" / "adr").glob("0*.md")), ids=named)
def test_a_decision_says_whether_it_still_holds(record: Path) -> None:
    title, _, status = record.read_text(encoding="utf-8").splitlines()[:3]
    assert title.startswith(f"# {int(record.name[:4])}. ")
    assert re.match(r"Status: (accepted|superseded by \[record \d+\]\()", status)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=named)
def test_notebooks_are_committed_without_outputs(notebook: Path) -> None:
    cells = [cell for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    assert cells
    assert not any(cell["outputs"] or cell["execution_count"] for cell in cells)
