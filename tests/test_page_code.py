"""The code on the pages of `docs/` runs; that of README and quickstart is tested in `test_readme.py`."""

from __future__ import annotations

import ast
import re
import shlex
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import typer.main
from typer.testing import CliRunner

import regulars as rg
from regulars.cli.app import app
from regulars.lifetime import BGNBD, to_lifetimes
from regulars.params import Params, load_params
from regulars.scorer import History, fit_scorer
from regulars.windows import Windows
from tests.retention.uplift.trials import visits
from tests.scorer.conftest import fitted, settings_for

DOCS = Path(__file__).parents[1] / "docs"
PAGES = {page.stem: page.read_text(encoding="utf-8") for page in sorted(DOCS.glob("*.md"))}
BLOCK = re.compile(r"^```(?P<language>\w*)(?: run)?\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
VERBS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
TUTORIAL = "five-minutes"
ELSEWHERE = {
    TUTORIAL: "below, with its commands",
    "quickstart": "test_readme.py",
    "spark": "pipelines/test_on_spark.py",
    "serve": "pipelines/test_endpoint.py and test_served_model.py",
}
LATER = pd.DateOffset(years=13)  # CDNOW moved to 2010 and 2011, the years on the pages
Names = dict[str, Any]

pytestmark = pytest.mark.slow


def blocks(page: str, *languages: str) -> list[str]:
    return [found["text"] for found in BLOCK.finditer(PAGES[page]) if found["language"] in languages]


def commands() -> list[tuple[str, list[str]]]:
    """Every call of `regulars` in the blocks of all pages, with its page."""
    found = []
    for page in PAGES:
        for block in blocks(page, "", "bash", "sh", "console"):
            lines = block.replace("\\\n", " ")  # a command may go on in the next line
            calls = re.findall(
                r"^(?:.*[;&] |\$ )?regulars +([a-z-]+(?: .*?)?)(?: (?:\|\||>) .*)?$", lines, re.MULTILINE
            )
            found += [(page, shlex.split(call, comments=True)) for call in calls]
    return found


@pytest.mark.parametrize(("page", "words"), commands(), ids=lambda value: value if isinstance(value, str) else value[0])
def test_every_command_of_a_page_has_its_verb_and_options(page: str, words: list[str]) -> None:
    context = VERBS[words[0]].make_context(words[0], words[1:])  # refuses an option that it does not know
    assert context.args == []


def test_commands_are_found_however_a_page_shows_them() -> None:
    assert len(commands()) > 10
    assert ("forget", ["forget", "CUSTOMER_ID", "--in", "results/"]) in commands()
    assert ("score-every-night", ["score", "--out", "scores.parquet"]) in commands()


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "yaml")])
def test_the_parameters_on_a_page_are_known(page: str, tmp_path: Path) -> None:
    for text in blocks(page, "yaml"):
        (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
        assert load_params(tmp_path / "params.yaml", environment={}) != Params() or page == "interface"


@pytest.fixture(scope="module")
def later(shop: pd.DataFrame) -> pd.DataFrame:
    return shop.assign(date=shop["date"] + LATER)


def own_columns(folder: Path, later: pd.DataFrame) -> Names:
    paid = (later.index % 3).map({0: "card", 1: "cash", 2: "invoice"})
    later.assign(**{"Paid by": paid, "Weight": later.index % 7}).to_csv(folder / "orders.csv", index=False)
    return {}


def attributes(folder: Path, later: pd.DataFrame) -> Names:
    customers = pd.DataFrame({"CustomerNo": later["customer_id"].unique(), "Changed": "2009-12-31"})
    plans = customers.assign(Plan=(customers.index % 2).map({0: "basic", 1: "plus"}), Age=20 + customers.index % 50)
    plans.to_csv(folder / "customers.csv", index=False)
    read = rg.read_customers(
        folder / "customers.csv", {"customer_id": "CustomerNo", "plan": "Plan", "age": "Age"}, valid_from="Changed"
    )
    tx = rg.read_transactions(later)
    scorer = fit_scorer(History(tx, customers=read), Windows.at("2011-03-01", 90), settings_for(90))
    return {"tx": tx, "scorer": scorer}


def season(folder: Path, later: pd.DataFrame) -> Names:
    return {"tx": rg.read_transactions(later), "order_days": later[["customer_id", "date"]].drop_duplicates()}


def reasons(folder: Path, later: pd.DataFrame) -> Names:
    # The page shows a customer of all of CDNOW; here one of the shop has that id.
    renamed = later.assign(date=later["date"] - LATER, customer_id=later["customer_id"].replace("07936", "07931"))
    tx = rg.read_transactions(renamed)
    return {"tx": tx, "scorer": fitted(tx)}


def fitter(folder: Path, later: pd.DataFrame) -> Names:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import lifetimes  # noqa: F401 - it warns on import
    summary = rg.rfm_summary(rg.read_transactions(later), "2011-06-01")
    return {"summary": summary, "fitter": to_lifetimes(BGNBD().fit(summary))}


def campaign(folder: Path, later: pd.DataFrame) -> Names:
    visits(800).to_csv(folder / "campaign.csv", index=False)
    return {}


def surveys(folder: Path, later: pd.DataFrame) -> Names:
    asked = pd.DataFrame({"customer_id": later["customer_id"].unique(), "day": "2010-06-01"})
    asked.assign(score=asked.index % 11).to_csv(folder / "surveys.csv", index=False)
    return {"tx": rg.read_transactions(later)}


MADE_BY: dict[str, Callable[[Path, pd.DataFrame], Names]] = {
    "add-a-feature": own_columns,
    "attributes": attributes,
    "feeds": surveys,
    "lifetime-models": season,
    "method": reasons,
    "migration": fitter,
    "uplift": campaign,
}


def run(text: str, page: str, names: Names) -> list[Any]:
    """Run a block; the values of the lines that show one."""
    shown = []
    for line in ast.parse(text).body:
        if isinstance(line, ast.Expr) and not ast.unparse(line).startswith("print("):
            shown.append(eval(compile(ast.Expression(line.value), f"docs/{page}.md", "eval"), names))
        else:
            exec(compile(ast.Module([line], []), f"docs/{page}.md", "exec"), names)
    return shown


def test_every_page_with_python_is_run() -> None:
    assert {page for page in PAGES if blocks(page, "python", "py")} == MADE_BY.keys() | ELSEWHERE.keys()


@pytest.mark.parametrize("page", MADE_BY)
def test_the_python_on_a_page_runs(
    page: str, later: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: Names = {"rg": rg} | MADE_BY[page](tmp_path, later)
    monkeypatch.chdir(tmp_path)
    shown = [value for text in blocks(page, "python") for value in run(text, page, names)]
    assert [value for value in (*shown, *names.values()) if value is None] == []


def test_the_tutorial_leads_from_an_export_to_scores_and_a_report(
    empty_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(empty_store, tmp_path / "models")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REGULARS__BACKTEST__ORIGINS", "1")  # one origin, one model and few trees show as much
    monkeypatch.setenv("REGULARS__CHURN__NUM_ITERATIONS", "40")
    monkeypatch.setenv("REGULARS__LIFETIME__MODEL", "mbg_nbd")
    (code,) = blocks(TUTORIAL, "python")
    exec(compile(code, "docs/five-minutes.md", "exec"), {})
    said = ""
    for _, words in [found for found in commands() if found[0] == TUTORIAL]:
        if words[0] != "promote":  # only where the gate refuses
            ended = CliRunner().invoke(app, words)
            assert ended.exit_code == 0, ended.output
            said += ended.stdout
    assert "The log is read as Shopify's export of orders, recognised by its header" in said
    assert "Next:\n  regulars report --transactions orders_export.csv --out report.html\n" in said
    assert "regulars target" not in said, "no offer is stated"
    assert len(pd.read_csv(tmp_path / "scores.csv")) == 1473
    assert all((tmp_path / name).stat().st_size for name in ("report.html", "states.csv"))
