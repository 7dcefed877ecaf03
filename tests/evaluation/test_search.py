from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import optuna
import pytest

from regulars import progress
from regulars.errors import ModelError
from regulars.evaluation import search as searching
from regulars.evaluation.search import Tried, search
from tests.servers import PATIENCE

START: dict[str, bool | int | float | str] = {"learning_rate": 0.05, "num_leaves": 15, "extra_trees": True}
START_LOSS = 10.0


class Loss:
    """The larger the leaves the worse; interrupted at a call, if asked."""

    def __init__(self, interrupted_at: int | None = None) -> None:
        self.calls, self.interrupted_at = 0, interrupted_at

    def __call__(self, params: Mapping[str, bool | int | float | str]) -> float:
        self.calls += 1
        if self.calls == self.interrupted_at:
            raise KeyboardInterrupt
        return float(params["num_leaves"]) + 10 * float(params["learning_rate"]) + params["extra_trees"]


class Heard:
    """A listener that remembers the notes."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def begin(self, name: str) -> None: ...

    def end(self, name: str, seconds: float) -> None: ...

    def note(self, text: str) -> None:
        self.notes.append(text)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a folder? 100 % #1" / "tuning.db"  # what means something in an address


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with four trials under the key "one"."""
    file = tmp_path_factory.mktemp("made") / "tuning.db"
    run(file, 4)
    return file


def run(file: Path, most: int, loss: Loss | None = None, *, key: str = "one", seconds: float = PATIENCE) -> list[Tried]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searching, "MOST_TRIALS", most)
        deadline = time.monotonic() + seconds
        return search(loss or Loss(), START, start_loss=START_LOSS, deadline=deadline, seed=7, file=file, key=key)


def told(tried: list[Tried]) -> list[tuple[object, float]]:
    return [(trial.params, trial.loss) for trial in tried]


@pytest.mark.slow
def test_the_start_comes_first_and_lower_losses_are_found(made: Path) -> None:
    tried = run(made, 8, key="longer")
    assert told(tried[:1]) == [(START, START_LOSS)]
    assert len(tried) == 9
    assert min(trial.loss for trial in tried) < 7
    assert all(trial.seconds >= 0 for trial in tried)


@pytest.mark.slow
def test_trials_made_in_two_goes_are_those_made_in_one(file: Path, made: Path) -> None:
    whole = told(run(made, 4))
    assert told(run(file, 2)) == whole[:3]
    again, heard = Loss(), Heard()
    with progress.listening(heard):
        assert told(run(file, 4, again)) == whole
    assert again.calls == 2
    assert heard.notes == ["tuning goes on from 2 trials of before"]


@pytest.mark.slow
def test_an_interrupted_search_keeps_what_was_tried(file: Path, made: Path) -> None:
    heard = Heard()
    with pytest.raises(KeyboardInterrupt), progress.listening(heard):
        run(file, 4, Loss(interrupted_at=3))
    assert heard.notes == ["2 trials of tuning are kept; the same command goes on from them"]
    again = Loss()
    assert told(run(file, 4, again)) == told(run(made, 4))
    assert again.calls == 2


@pytest.mark.medium
def test_another_key_starts_anew(made: Path) -> None:
    anew = Loss()
    assert told(run(made, 4, anew, key="two")) == told(run(made, 4))
    assert anew.calls == 4


def test_no_trial_begins_after_the_deadline(made: Path) -> None:
    assert told(run(made, 5, key="late", seconds=-1.0)) == [(START, START_LOSS)]


def test_a_file_that_cannot_be_used_is_told(file: Path) -> None:
    file.parent.mkdir()
    file.write_text("no database, and longer than the header of one would have to be " * 3)
    with pytest.raises(ModelError, match=r"Trials of tuning cannot be kept in .*not a database.* delete it to begin"):
        run(file, 1)


def test_optuna_says_nothing_and_is_left_as_it_was(made: Path, capfd: pytest.CaptureFixture[str]) -> None:
    before = optuna.logging.get_verbosity()
    run(made, 2, key="quiet")
    assert optuna.logging.get_verbosity() == before
    assert capfd.readouterr() == ("", "")
