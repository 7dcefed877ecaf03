from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regulars.errors import InsufficientHistoryError
from regulars.features import build_features_in
from regulars.predict.engine import score_part
from regulars.predict.in_parts import ScoredParts, score_in_parts
from regulars.predict.part_files import parts_beside
from regulars.progress import Listener, listening
from regulars.tracking.versions import Registered
from regulars.transactions import Part, Transactions, parts_of, read_transactions
from regulars.windows import Windows
from tests.predict.conftest import WINDOWS, job

pytestmark = pytest.mark.slow
PARTS = 5


class Notes(Listener):
    """Keeps what is noted."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def begin(self, name: str) -> None: ...

    def end(self, name: str, seconds: float | None) -> None: ...

    def note(self, text: str) -> None:
        self.notes.append(text)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with parts_beside(tmp_path / "scores.parquet") as folder:
        yield folder


def scored(tx: Transactions, model: Registered, folder: Path, windows: Windows = WINDOWS) -> tuple[ScoredParts, str]:
    with listening(notes := Notes()):
        return score_in_parts(job(tx, model, windows), folder, PARTS), " ".join(notes.notes)


def test_scores_of_customers_do_not_depend_on_who_is_scored_with_them(tx: Transactions, model: Registered) -> None:
    whole = model.scorer.score(tx, WINDOWS.cutoff).set_index("customer_id")
    for part in (*parts_of(tx, WINDOWS, 1), parts_of(tx, WINDOWS, 9)[2], parts_of(tx, WINDOWS, 400)[123]):
        few = score_part(job(tx, model), part).table.to_pandas().set_index("customer_id")
        assert len(few) == part.customers
        pd.testing.assert_frame_equal(few, whole.loc[few.index], check_exact=True)


def test_a_part_without_customers_is_refused(tx: Transactions) -> None:
    with pytest.raises(InsufficientHistoryError, match="No customer has a purchase before the cutoff"):
        build_features_in(tx, WINDOWS.cutoff, Part(0, 5, 5, customers=0))


def test_finished_parts_are_not_scored_again(tx: Transactions, model: Registered, folder: Path) -> None:
    first, said = scored(tx, model, folder)
    assert not said
    written = {file: file.stat().st_mtime_ns for file in folder.rglob("*.arrow")}
    assert len(written) == PARTS
    again, said = scored(tx, model, folder)
    assert "5 of 5 parts were finished by an earlier run" in said
    assert {file: file.stat().st_mtime_ns for file in folder.rglob("*.arrow")} == written
    assert [t.to_pylist() for t in again.tables()] == [t.to_pylist() for t in first.tables()]


def test_a_damaged_part_is_scored_again(tx: Transactions, model: Registered, folder: Path) -> None:
    first, _ = scored(tx, model, folder)
    before = [table.to_pylist() for table in first.tables()]
    damaged, lost, *_ = sorted(folder.rglob("*.arrow"))
    damaged.write_bytes(damaged.read_bytes()[:-9] + b"damaged!!")
    lost.unlink()
    again, said = scored(tx, model, folder)
    assert "3 of 5 parts were finished" in said
    assert [table.to_pylist() for table in again.tables()] == before


def test_parts_of_another_cutoff_do_not_count_and_go(tx: Transactions, model: Registered, folder: Path) -> None:
    scored(tx, model, folder)
    _, said = scored(tx, model, folder, WINDOWS.shifted(30))
    assert not said
    assert len(list(folder.glob("*/"))) == 1


def test_rows_come_sorted_however_many_at_a_time(tx: Transactions, model: Registered, folder: Path) -> None:
    made, _ = scored(tx, model, folder)
    whole = model.scorer.score(tx, WINDOWS.cutoff)
    for rows in (7, 1000):
        ids = [each for table in made.tables(rows) for each in table["customer_id"].to_pylist()]
        assert ids == whole["customer_id"].tolist()
    assert np.array_equal(np.sort(made.column("clv")), np.sort(whole["clv"]))


def test_nobody_before_the_cutoff_is_refused(model: Registered, folder: Path) -> None:
    log = pd.DataFrame({"customer_id": ["a"], "date": ["2024-01-05"], "amount": [5.0]})
    with pytest.raises(InsufficientHistoryError, match="No customer has a purchase before the cutoff 2024-01-02"):
        scored(read_transactions(log), model, folder, Windows.at("2024-01-02", 90))
