from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from regulars.evaluation import LeakProof, prove_no_leak
from regulars.evaluation.leakage import Tried
from regulars.features import build_features, read_customers
from regulars.params import TransactionParams
from regulars.transactions import Transactions, read_transactions, write_corrupted
from regulars.windows import Windows

pytestmark = pytest.mark.slow

CUTOFF = Windows.at("1998-01-01", 60)


@pytest.fixture(scope="module")
def logs(shop: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Transactions]:
    some = shop[shop["customer_id"].isin(sorted(shop["customer_id"].unique())[:200])]
    files = write_corrupted(some, TransactionParams().columns, CUTOFF, tmp_path_factory.mktemp("logs")).files
    return {how: read_transactions(file) for how, file in files.items()}


def proof_at(windows: Windows, logs: dict[str, Transactions]) -> LeakProof:
    corrupted = ((how, tx) for how, tx in logs.items() if how != "as it is")
    return prove_no_leak(logs["as it is"], corrupted, windows, None)


def test_features_do_not_know_the_future(logs: dict[str, Transactions]) -> None:
    proof = proof_at(CUTOFF, logs)
    assert proof.holds
    assert [trial.corruption for trial in proof.tried] == list(logs)[1:]
    assert all(trial.peeking > 0 and trial.scores is None for trial in proof.tried)


def test_features_that_peek_are_found_out(logs: dict[str, Transactions]) -> None:
    """The log is corrupted from January on, and the features are built as if it were March."""
    proof = proof_at(CUTOFF.moved_to("1998-03-01"), logs)
    assert not proof.holds
    assert all(trial.features > 0 for trial in proof.tried)


def test_late_news_changes_nothing_before_it_comes_in(shop: pd.DataFrame, tmp_path: Path) -> None:
    some = shop[shop["customer_id"].isin(sorted(shop["customer_id"].unique())[:200])]
    some = some.assign(came=some["date"] + pd.Timedelta(days=1))
    columns = TransactionParams().columns.model_copy(update={"ingested_at": "came"})
    files = write_corrupted(some, columns, CUTOFF, tmp_path).files
    honest, late = (read_transactions(files[how], columns) for how in ("as it is", "late news"))
    assert prove_no_leak(honest, [("late news", late)], CUTOFF, None).holds
    deaf = (read_transactions(files[how]) for how in ("as it is", "late news"))
    (trial,) = prove_no_leak(next(deaf), [("late news", next(deaf))], CUTOFF, None).tried
    assert trial.features > 0, "without ingested_at the news is taken for old"


def test_a_corruption_that_would_find_no_leak_proves_nothing() -> None:
    assert not LeakProof(CUTOFF, 10, (Tried("deleted", 0, 0, peeking=0),)).holds
    assert LeakProof(CUTOFF, 10, (Tried("deleted", 0, 0, peeking=3),)).holds
    assert not LeakProof(CUTOFF, 10, ()).holds


def test_dated_attributes_are_corrupted_too(logs: dict[str, Transactions]) -> None:
    ids = [str(one) for one in build_features(logs["as it is"], CUTOFF.cutoff).index]
    known = pd.DataFrame({"id": ids * 2, "since": ["1997-06-01"] * len(ids) + ["1998-01-01"] * len(ids)})
    known["score"] = [float(k % 9) for k in range(len(known))]
    columns = {"customer_id": "id", "score": "score"}
    dated = read_customers(known, columns, valid_from="since")
    proof = prove_no_leak(logs["as it is"], [("deleted", logs["deleted"])], CUTOFF, None, dated)
    assert proof.holds
    assert [trial.corruption for trial in proof.tried] == ["deleted", "attributes changed"]
    late = prove_no_leak(logs["as it is"], [], CUTOFF.shifted(1), None, dated)
    assert late.holds, "at the day after, the row of the cutoff is history and stays"
    undated = read_customers(known.head(len(ids)), columns)
    assert not prove_no_leak(logs["as it is"], [], CUTOFF, None, undated).tried
