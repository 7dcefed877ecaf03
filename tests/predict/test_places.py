"""No result is written over what is read, nor where the next run would read it as part of the log."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from regulars.errors import InputError
from regulars.params import load_params
from regulars.predict import PAGE, TABLE, Inputs, check_file, check_folder

PARAMS = """
transactions: {path: orders/2024.csv}
feeds: {contacts: contacts.csv}
mlflow: {tracking_uri: "sqlite:///store/mlflow.csv"}
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a log, other files that are read, and a store."""
    monkeypatch.chdir(tmp_path)
    for file in ("orders/2024.csv", "contacts.csv", "scores.csv", "store/mlflow.csv", "store/artifacts/a/b.csv"):
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        Path(file).write_text("all that we know")
    (tmp_path / "params.csv").write_text(PARAMS)  # an odd name, so that nothing but what it is protects it
    return tmp_path


def inputs(log: str = "orders/2024.csv") -> Inputs:
    params = load_params("params.csv", overrides=[f"transactions.path={log}"], environment={})
    return Inputs.of(params, scores_table=Path("scores.csv"))


@pytest.mark.parametrize(
    ("out", "what"),
    [
        ("orders/2024.csv", "part of the log"),
        ("orders/../orders/2024.csv", "part of the log"),
        ("contacts.csv", "the feed contacts"),
        ("scores.csv", "the scores table"),
        ("params.csv", "the parameter file"),
        ("store/mlflow.csv", "of the MLflow store (mlflow.csv)"),
        ("store/artifacts/a/b.csv", "of the MLflow store (artifacts)"),
        ("store/artifacts/a/new.csv", "of the MLflow store (artifacts)"),
    ],
)
def test_what_is_read_is_not_written_over(shop: Path, out: str, what: str) -> None:
    with pytest.raises(InputError, match=re.escape(f"{out!r} is read from: it is {what}. It would be lost: give")):
        check_file(Path(out), TABLE, inputs=inputs())


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_another_name_of_what_is_read_is_not_written_over_either(shop: Path, link: type) -> None:
    link(shop / "orders" / "2024.csv", shop / "elsewhere.csv")
    link(shop / "params.csv", shop / "also.csv")
    for name in ("elsewhere.csv", "also.csv"):
        with pytest.raises(InputError, match="is read from"):
            check_file(Path(name), TABLE, inputs=inputs())


def test_the_log_under_another_name_is_not_written_over(shop: Path) -> None:
    (shop / "log").symlink_to("orders")
    for log, out in (("log", "orders/2025.csv"), ("log/*.csv", "log/2025.csv"), ("orders", "log/2025.csv")):
        with pytest.raises(InputError, match="would be read as part of the log"):
            check_file(Path(out), TABLE, inputs=inputs(log))


@pytest.mark.parametrize(
    ("log", "out"),
    [
        ("orders", "orders/scores.csv"),
        ("orders", "orders/below/scores.parquet"),
        ("orders/*.csv", "orders/scores.csv"),
        ("orders/20*", "orders/2025.csv"),
        ("orders/*", "orders/scores.parquet"),
        ("**/*.csv", "made/scores.csv"),
        ("ord*/**", "orders/below/scores.csv"),
        ("orders/*.json", "orders/scores.csv"),  # its manifest would be read
        (".", "scores.parquet"),
    ],
)
def test_nothing_is_written_where_the_next_run_would_read_it_as_log(shop: Path, log: str, out: str) -> None:
    Path(out).parent.mkdir(exist_ok=True)
    with pytest.raises(InputError, match=r"would be read as part of the log '.*' by the next run: give another --out"):
        check_file(Path(out), TABLE, inputs=inputs(log))


@pytest.mark.parametrize(
    ("log", "out"),
    [
        ("orders", "made/scores.csv"),
        ("orders/*.csv", "orders/scores.parquet"),
        ("orders/2024*", "orders/scores.csv"),
        ("orders/*.csv", "orders/.scores.csv"),
        ("*/*.csv", "made/below/scores.csv"),
        ("orders", "orders/_made/scores.csv"),  # no file of such a folder is read
        ("demo", "demo.csv"),
        ("s3://orders/", "made/scores.csv"),
        ("postgresql://shop/orders", "made/scores.csv"),
    ],
)
def test_what_no_run_would_read_is_written(shop: Path, log: str, out: str) -> None:
    Path(out).parent.mkdir(parents=True, exist_ok=True)
    assert check_file(Path(out), TABLE, inputs=inputs(log)) == Path(out)


def test_a_page_may_lie_in_the_folder_of_the_log(shop: Path) -> None:
    assert check_file(Path("orders/report.html"), PAGE, inputs=inputs("orders")) == Path("orders/report.html")


def test_a_folder_is_checked_by_the_files_that_it_will_hold(shop: Path) -> None:
    with pytest.raises(InputError, match=r"'orders/predictions\.parquet' would be read as part of the log '.*orders'"):
        check_folder(Path("orders"), ["predictions.parquet"], inputs=inputs("orders"))
    (shop / "made" / "backtest.csv").mkdir(parents=True)
    with pytest.raises(InputError, match=r"'made/backtest\.csv' is a folder; a file is expected: give another --out\."):
        check_folder(Path("made"), ["backtest.csv"], inputs=inputs())


def test_a_folder_in_the_place_of_the_manifest_is_refused_before_the_work(shop: Path) -> None:
    (shop / "made.csv.manifest.json").mkdir()
    with pytest.raises(InputError, match=r"'made\.csv\.manifest\.json' is a folder"):
        check_file(Path("made.csv"), TABLE, inputs=inputs())


def test_a_link_is_followed_to_where_it_leads(shop: Path) -> None:
    (shop / "made").mkdir()
    (shop / "latest.csv").symlink_to("made/june.csv")
    assert check_file(Path("latest.csv"), TABLE, inputs=inputs()) == Path("latest.csv")
    (shop / "lost.csv").symlink_to("nowhere/june.csv")
    with pytest.raises(InputError, match=r"The folder '.*nowhere' does not exist\. Make it, or give another --out\."):
        check_file(Path("lost.csv"), TABLE, inputs=inputs())
    (shop / "null.csv").symlink_to("/dev/null")
    with pytest.raises(InputError, match=r"'null\.csv' is not a plain file: give another --out\."):
        check_file(Path("null.csv"), TABLE, inputs=inputs())
