from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments.worlds import pausing_shop
from regulars.errors import ParamsError
from regulars.evaluation import Tuned, check_tuning, roll, rolling, search, tune, tuning
from regulars.evaluation.holdouts import Holdout, holdouts
from regulars.params import load_params
from regulars.scorer import History, ScorerSettings, fit_scorer
from regulars.transactions import read_transactions
from regulars.transactions.simulate import simulate_bg_nbd
from regulars.windows import Windows

pytestmark = pytest.mark.slow

HORIZON = 30
ORIGINS = [Windows.at("2024-03-31", HORIZON), Windows.at("2024-04-15", HORIZON)]
QUICK = {"num_iterations": 5}  # the user's own; so a tuned booster of five trees takes larger steps


def settings(churn: dict[str, Any]) -> ScorerSettings:
    params = load_params(overrides=[f"windows.horizon_days={HORIZON}", "lifetime.model=mbg_nbd"], environment={})
    return ScorerSettings.of(params.model_copy(update={"churn": churn}))


def tuned(log: pd.DataFrame | History, folder: Path, churn: dict[str, Any] = QUICK, *, most: int = 3) -> Tuned:
    history = log if isinstance(log, History) else History(read_transactions(log))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "MOST_TRIALS", most)
        return tune(history, ORIGINS, settings(churn), minutes=5, file=folder / "tuning.db")


def told(made: Tuned) -> Any:
    return made.chosen, made.in_words, made.figures, [(trial.params, trial.loss) for trial in made.tried]


@dataclass(frozen=True)
class Shop:
    """A log, its looks, and what tuning it came to."""

    log: pd.DataFrame
    history: History
    tuned: Tuned
    folder: Path


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    log, folder = pausing_shop(), tmp_path_factory.mktemp("tuned")
    history = History(read_transactions(log))
    return Shop(log, history, tuned(history, folder), folder)


@pytest.fixture(scope="module")
def held_out(shop: Shop) -> list[Holdout]:
    return list(holdouts(shop.history, ORIGINS[0], settings(QUICK)))


def test_what_is_better_out_of_time_is_chosen_and_the_users_own_stays(shop: Shop) -> None:
    made = shop.tuned
    assert made.chosen == min(made.tried, key=lambda trial: trial.loss).params
    assert made.figures["verdict"] == "better"
    assert made.figures["high"] < 0
    assert len(made.tried) == 4
    assert made.in_words.startswith("Tuned in 3 trials, on slices that had closed before the first origin: log-loss at")
    assert "Chosen: learning_rate 0.0" in made.in_words
    assert not any("num_iterations" in trial.params for trial in made.tried)


def test_the_untuned_are_shown_beside_the_tuned_at_the_origins(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rolling, "LIFETIME_CANDIDATES", ("mbg_nbd",))  # the others take their time
    before = settings(QUICK)
    after = before.with_churn(shop.tuned.chosen)
    predictions = roll(shop.history, ORIGINS[1:], after, untuned=before).predictions.set_index("contender")
    alone = fit_scorer(shop.history, ORIGINS[1], before).predict(shop.history.features(ORIGINS[1]))
    np.testing.assert_array_equal(predictions.loc["untuned", "p_churn"], alone.p_churn)
    assert (predictions.loc["regulars", "p_churn"].to_numpy() != alone.p_churn).any()


def test_every_holdout_had_closed_by_the_first_origin_and_learns_from_what_had_closed_by_then(
    held_out: list[Holdout],
) -> None:
    assert len(held_out) > 1
    for holdout in held_out:
        assert holdout.windows.closed_by(ORIGINS[0].cutoff)
        learned_from = {holdout.known.slices[number] for number in set(holdout.known.slice_of)}
        assert learned_from
        assert all(windows.closed_by(holdout.windows.cutoff) for windows in learned_from)


def test_customers_who_choose_do_not_judge(held_out: list[Holdout]) -> None:
    choosing, judging = tuning._halves(held_out)
    chose, judged = ({c for half in halves for c in half.unseen.table.index} for halves in (choosing, judging))
    assert not chose & judged
    for whole, one, other in zip(held_out, choosing, judging, strict=True):
        assert len(one.churned) + len(other.churned) == len(whole.churned)
        assert len(one.predictions["lightgbm"]) == len(one.churned) > len(whole.churned) // 3


def test_a_booster_of_the_same_settings_says_the_same(held_out: list[Holdout]) -> None:
    again = held_out[0].with_booster(settings(QUICK))
    assert again.log_loss() == held_out[0].log_loss()
    other = held_out[0].with_booster(settings({**QUICK, "num_leaves": 3}))
    assert other.log_loss() != held_out[0].log_loss()


def test_whatever_comes_after_the_first_origin_nothing_changes(shop: Shop, tmp_path: Path) -> None:
    """Deleted, or another: who stayed away comes every other day, and the others come no more."""
    known = shop.log[shop.log["date"] < pd.Timestamp(ORIGINS[0].cutoff)]
    later = shop.log[shop.log["date"] >= pd.Timestamp(ORIGINS[0].cutoff)]
    away = sorted(set(known["customer_id"]) - set(later["customer_id"]))
    days = pd.date_range(ORIGINS[0].cutoff, later["date"].max(), freq="2D")
    another = pd.MultiIndex.from_product([away, days], names=["customer_id", "date"]).to_frame(index=False)
    for number, log in enumerate((known, pd.concat([known, another.assign(amount=999.0)]))):
        assert told(tuned(log, tmp_path / str(number))) == told(shop.tuned)


def test_it_goes_on_from_what_was_tried_and_a_changed_log_starts_anew(shop: Shop) -> None:
    more = tuned(shop.history, shop.folder, most=4)
    assert [trial.began for trial in more.tried[:4]] == [trial.began for trial in shop.tuned.tried]
    assert len(more.tried) == 5
    changed = shop.log.assign(amount=shop.log["amount"].where(shop.log.index != 0, 50.0))
    anew = tuned(changed, shop.folder, most=1)
    assert len(anew.tried) == 2
    assert anew.tried[0].began > more.tried[-1].began


def test_a_tie_keeps_the_parameters_as_they_were(tmp_path: Path) -> None:
    """Where customers come and go by chance alone no booster adds to the lifetime model."""
    log = simulate_bg_nbd(300, r=0.8, alpha=12.0, start="2024-01-01", joining_days=30, days=100).transactions
    made = tuned(log, tmp_path)
    assert made.chosen == {}
    assert made.figures["low"] <= 0 <= made.figures["high"]
    assert made.in_words.endswith("not significantly better: the parameters stay as they were.")


def test_where_nothing_can_be_tuned_it_is_said(shop: Shop, tmp_path: Path) -> None:
    every = dict(shop.tuned.chosen) | QUICK
    assert tuned(shop.history, tmp_path, every).in_words.endswith("`churn` sets every parameter that could be.")
    nowhere = tune(shop.history, [], settings(QUICK), minutes=1, file=tmp_path / "tuning.db")
    assert "there is no origin" in nowhere.in_words
    early = [Windows.at("2024-02-10", HORIZON)]
    short = tune(shop.history, early, settings(QUICK), minutes=1, file=tmp_path / "tuning.db")
    assert short.in_words.startswith("Nothing was tuned: before the first origin, 2024-02-10, no training slice")
    assert (short.chosen, short.tried, short.to_dict()["trials"]) == ({}, (), 0)
    assert not (tmp_path / "tuning.db").exists()


@pytest.mark.parametrize("minutes", [0, -1, float("nan"), float("inf")])
def test_no_time_is_refused(minutes: float) -> None:
    with pytest.raises(ParamsError, match=r"finds nothing\. Give a number above 0"):
        check_tuning(minutes)


def test_without_optuna_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ParamsError, match=r"not installed: pip install 'regulars\[tune\]'"):
        check_tuning(1)
