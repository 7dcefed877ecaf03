from __future__ import annotations

import json
from dataclasses import dataclass

import pandas as pd
import pytest

from experiments.worlds import PURCHASE_WORLDS
from regulars.evaluation import decide, judge, not_compared, uncompared
from regulars.evaluation.gate import CHURN_BIAS_BOUND
from regulars.lifetime import MBGNBD, LifetimeValue
from regulars.lifetime import simulate as simulate_cohort
from regulars.lifetime.diagnostics import checks
from regulars.lifetime.fit.certificate import FitCheck
from regulars.params import LifetimeParams
from regulars.scorer import ScorerSettings
from regulars.tables import PREDICTIONS

GOOD = {"regulars": 0.2, "days_since_last": 1.0, "frequency": 1.5, "past_spend_ever": 1.2}


def verdict_on(predictions, **kwargs):
    return decide(judge(predictions, replicates=150), **kwargs)


def check(verdict, name):
    return next(check for check in verdict.checks if check.name == name)


def test_a_clearly_better_scorer_passes_and_says_why(simulate):
    verdict = verdict_on(simulate(GOOD, customers=1000))
    assert verdict.passed
    assert any("best naive rule (days_since_last)" in reason for reason in verdict.reasons)
    assert any(reason.startswith("Beats days-since-last (log-loss difference -") for reason in verdict.reasons)
    assert verdict.warnings == []


def test_a_scorer_worse_than_a_naive_rule_is_refused(simulate):
    verdict = verdict_on(simulate({**GOOD, "regulars": 1.2, "frequency": 0.1, "days_since_last": 2.0}, customers=1000))
    assert not verdict.passed
    assert check(verdict, "days_since_last").passed
    (reason,) = verdict.reasons
    assert reason.startswith("Worse than the best naive rule (frequency) beyond noise and a margin of 0.002: log-loss")


def test_a_tie_with_days_since_last_is_called_a_tie_and_refused(simulate):
    verdict = verdict_on(simulate({**GOOD, "regulars": 1.0}, customers=400))
    assert verdict.reasons[0].startswith("Does not beat days-since-last: a tie within noise (log-loss difference")


def test_a_copy_of_days_since_last_is_refused(simulate):
    predictions = simulate({"regulars": 1.0, "days_since_last": 1.0}, customers=300)
    ours = predictions["contender"] == "regulars"
    predictions.loc[~ours, "p_churn"] = predictions.loc[ours, "p_churn"].to_numpy()
    assert not verdict_on(predictions).passed


def test_worse_than_days_since_last_is_called_worse(simulate):
    verdict = verdict_on(simulate({**GOOD, "regulars": 2.0, "days_since_last": 0.2}, customers=800))
    assert "it is worse" in check(verdict, "days_since_last").sentence


def test_a_lower_log_loss_with_a_worse_ranking_does_not_beat_days_since_last(simulate):
    """The rule ranks well but at an absurd level; being level-headed alone is not beating it."""
    predictions = simulate({"regulars": 1.5, "days_since_last": 0.1}, customers=1500)
    rule = predictions["contender"] == "days_since_last"
    predictions.loc[rule, "p_churn"] = predictions.loc[rule, "p_churn"] ** 20
    verdict = verdict_on(predictions)
    assert check(verdict, "days_since_last").sentence.startswith(
        "Does not beat days-since-last: it ranks customers worse"
    )
    assert not verdict.passed


def test_a_scorer_worse_than_the_champion_is_refused(simulate):
    verdict = verdict_on(simulate({**GOOD, "regulars": 0.6, "champion": 0.0}, customers=2000))
    assert [c.name for c in verdict.checks if not c.passed] == ["champion"]
    assert verdict.reasons[0].startswith("Worse than the champion beyond noise")


def test_a_scorer_equal_to_the_champion_passes(simulate):
    assert verdict_on(simulate({**GOOD, "champion": 0.2}, customers=1000)).passed


@pytest.mark.slow
def test_tuned_settings_that_are_worse_than_the_untuned_are_refused(simulate):
    verdict = verdict_on(simulate({**GOOD, "regulars": 0.6, "untuned": 0.0}, customers=2000))
    assert [c.name for c in verdict.checks if not c.passed] == ["untuned"]
    assert verdict.reasons[0].startswith("Worse than itself before tuning beyond noise")
    assert verdict_on(simulate({**GOOD, "untuned": 0.2}, customers=1000)).passed


def test_a_champion_absent_at_an_origin_cannot_be_compared_and_refuses(simulate):
    predictions = simulate({**GOOD, "champion": 0.2}, customers=300)
    there = ~((predictions["contender"] == "champion") & (predictions["origin"] == predictions["origin"].min()))
    assert not check(verdict_on(predictions[there]), "champion").passed


def settings(horizon_days: int, *, seed: int = 0) -> ScorerSettings:
    return ScorerSettings(horizon_days, LifetimeParams(), {}, seed)


@dataclass
class Champion:
    """As much of a scorer as decides whether it can be tried."""

    settings: ScorerSettings
    feature_names: tuple[str, ...] = ("frequency", "recency")

    @property
    def horizon_days(self) -> int:
        return self.settings.horizon_days


@pytest.mark.slow
@pytest.mark.parametrize(
    ("champion", "names", "why"),
    [
        (Champion(settings(180)), ["frequency", "recency"], "its horizon is 180 days, 90 here"),
        (Champion(settings(90)), ["recency"], "it needs features that this log does not give (frequency)"),
        (Champion(settings(90), tuple("abcde")), ["c"], "log does not give (a, b, d and 1 more)"),
    ],
)
def test_a_champion_that_cannot_be_tried_refuses(simulate, champion, names, why):
    untried = uncompared(champion, settings(90), names)
    (reason,) = verdict_on(simulate(GOOD, customers=1000), champion=untried).reasons
    assert reason.startswith("Not compared with the champion: it")
    assert reason.endswith(f"{why}.")


def test_a_champion_of_the_same_settings_and_features_is_the_candidate_and_that_is_said(simulate):
    champion = Champion(settings(90))
    same = uncompared(champion, settings(90), ["recency", "frequency"])
    verdict = verdict_on(simulate(GOOD, customers=1000), champion=same)
    assert verdict.passed
    assert (
        "The champion has the same settings and features: fitted again, it would be this candidate." in verdict.reasons
    )


def test_a_champion_that_is_to_be_tried_and_none_at_all_need_no_words():
    champion = Champion(settings(90, seed=1))
    assert uncompared(None, settings(90), []) is None
    assert uncompared(champion, settings(90, seed=0), champion.feature_names) is None
    assert uncompared(champion, champion.settings, [*champion.feature_names, "new"]) is None


def test_a_miscalibrated_scorer_is_refused_however_well_it_ranks(simulate):
    predictions = simulate({**GOOD, "regulars": 0.0}, customers=1000)
    ours = predictions["contender"] == "regulars"
    predictions.loc[ours, "p_churn"] = predictions.loc[ours, "p_churn"] ** 5
    verdict = verdict_on(predictions)
    assert not verdict.passed
    (first, *_) = verdict.reasons
    assert first.startswith("Worse than the best naive rule (days_since_last) beyond noise and a margin of 0.002")
    assert check(verdict, "days_since_last").figures["auc"]["low"] > 0
    assert "points from the actual rate on average, beyond the bound of 5" in verdict.warnings[0]


def test_a_champion_that_cannot_be_loaded_cannot_be_compared_and_refuses(simulate):
    why = "Version 1 of model 'regulars' cannot be loaded. The model was trained with another catalogue of features"
    verdict = verdict_on(simulate(GOOD, customers=1000), champion=not_compared(why))
    assert verdict.reasons == [f"Not compared with the champion: {why}."]


def test_a_level_far_off_warns_but_does_not_refuse(simulate):
    verdict = verdict_on(simulate(GOOD, customers=1000, level=0.4))
    assert verdict.passed
    assert "points from the actual rate" in verdict.warnings[0]
    assert all(
        "from the actual total on average, beyond the bound of 10 %" in warning for warning in verdict.warnings[1:]
    )
    sides = ["): too high at" in warning for warning in verdict.warnings]
    assert sides == [False, *[True] * (len(sides) - 1)], "churn too low, orders and money too high"
    assert "): too low at" in verdict.warnings[0]
    assert check(verdict, "calibration").figures["mean"] < -CHURN_BIAS_BOUND


def test_without_origins_nothing_speaks_for_the_candidate():
    verdict = decide(judge(pd.DataFrame(columns=list(PREDICTIONS)), skipped=["1998-01-01: 3 days of history"]))
    assert verdict.reasons == [
        "No origin could be backtested, so nothing speaks for the candidate. Skipped: 1998-01-01: 3 days of history."
    ]


def test_without_naive_rules_there_is_nothing_to_beat(simulate):
    verdict = verdict_on(simulate({"regulars": 0.1, "mbg_nbd": 0.5}, customers=100))
    assert not verdict.passed
    assert len(verdict.reasons) == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("certificate", "passed", "warned"),
    [
        (None, True, False),
        ({"verdict": "pass"}, True, False),
        ({"verdict": "warning"}, True, False),
        ({"verdict": "pass", "fallback": "pooled_rate"}, True, True),
        ({"verdict": "failure", "fallback": None}, False, False),
        ({"verdict": "failure", "fallback": "mbg_nbd"}, False, True),
    ],
)
def test_a_failed_fit_needs_a_fallback_and_a_fallback_is_told(simulate, certificate, passed, warned):
    verdict = verdict_on(simulate(GOOD, customers=500), certificate=certificate)
    assert verdict.passed is passed
    assert any("stands in for a lifetime model whose fit failed" in warning for warning in verdict.warnings) is warned


def test_a_failed_certificate_says_which_fit_failed_and_why(simulate):
    """The purchase model was replaced and is sound; the spend model is not, and nothing stands in for it."""
    checks = [
        {"model": "pareto_nbd", "verdict": "pass", "sentence": "The likelihood is flat at the estimate."},
        {"model": "gamma_gamma", "verdict": "failure", "sentence": "The likelihood still slopes."},
    ]
    certificate = {"verdict": "failure", "fallback": "pareto_nbd", "checks": checks}
    verdict = verdict_on(simulate(GOOD, customers=500), certificate=certificate)
    assert verdict.reasons == [
        "The lifetime fit failed its certificate, and nothing took its place. gamma_gamma: The likelihood still slopes."
    ]


@pytest.mark.slow
def test_the_certificate_of_a_real_fit_that_failed_shuts_the_gate(simulate, monkeypatch):
    """The purchase model is sound; the spend model is made to fail."""
    failed = FitCheck("independence", 0.9, "failure", "Spend depends on frequency beyond repair.")
    monkeypatch.setattr(checks, "independence", lambda _: failed)
    truth, asked = MBGNBD.from_params(PURCHASE_WORLDS["mbg_nbd"]), pd.DataFrame({"T": [300.0] * 400})
    cohort = simulate_cohort(truth, asked, 1.0, seed=0)
    summary = cohort[["frequency", "recency", "T"]].assign(monetary_value=20.0 + cohort["frequency"] % 7)
    fitted = LifetimeValue.fit("mbg_nbd", summary, money=9e3, certified=True)
    verdict = verdict_on(simulate(GOOD, customers=500), certificate=fitted.certificate)
    assert verdict.reasons[0].endswith("nothing took its place. gamma_gamma: Spend depends on frequency beyond repair.")


def test_the_verdict_is_json(simulate):
    verdict = verdict_on(simulate(GOOD, customers=200))
    assert json.loads(json.dumps(verdict.to_dict(), allow_nan=False))["passed"] is verdict.passed


def test_a_handful_of_customers_is_judged_without_undefined_figures(simulate):
    """With one churner, most draws have none, and the AUC difference has no interval."""
    predictions = simulate(GOOD, customers=2, origins=1)
    predictions["actual_purchases"] = (predictions["customer_id"] == "c00000").astype(int)
    verdict = verdict_on(predictions)
    assert not verdict.passed
    assert json.dumps(verdict.to_dict(), allow_nan=False)
