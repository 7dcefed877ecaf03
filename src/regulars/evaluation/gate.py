"""The gate decides whether a scorer may become the champion.

It is refused where it is worse than the best naive rule, or than the champion, beyond noise and
a stated margin; where it does not beat days-since-last; where a lifetime fit failed and nothing
stands in for it; where the champion could not be tried beside it; and where nothing could be tried.

Why log-loss decides
--------------------
The scores are published as probabilities and multiplied by money, so they are judged by a
strictly proper score of the probability. AUC ignores the mean, and forecast totals fail before rankings do.
It is fair to the rules: they get a logistic calibration on the same training slices, and meet the
same drift. Days-since-last is what any team has for free, so a tie with it is a refusal, and the
candidate must not rank customers worse either.

Totals warn, and do not refuse: they are forecast by the same steps whatever the candidate is, so that keeping the
champion would not make them better. They are judged at as many earlier cutoffs as the log has, see `total_errors`.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from regulars.evaluation.backtest import BIAS, Backtest
from regulars.evaluation.trials import CHAMPION, DAYS_SINCE_LAST, NAIVE_RULES, OURS, UNTUNED
from regulars.scorer import Scorer, ScorerSettings

LOG_LOSS_MARGIN = 0.002
"""Nats a customer by which a candidate may be significantly worse and still pass.

Less than a fifth of what MBG/NBD gains over the best rule on real logs (0.028 on CDNOW at 180 days,
0.011 on groceries at 182): too little to keep an old model for.
"""

CHURN_BIAS_BOUND = 0.05
"""Mean predicted churn may lie this far from the actual rate before the gate warns; seasons alone move it."""

TOTAL_BIAS_BOUND = 0.10
"""Forecast totals may be this far off, as a share of the actual total, before the gate warns."""

FAILURE = "failure"
FEW = 3  # features that a reason names


@dataclass(frozen=True)
class GateCheck:
    """One thing the gate looked at.

    Parameters
    ----------
    name : str
    passed : bool
    sentence : str
        What was found, with figures, in words.
    figures : mapping
        The same for machines.
    blocking : bool
        Whether failing refuses the candidate; otherwise it warns.
    """

    name: str
    passed: bool
    sentence: str
    figures: Mapping[str, Any] = field(default_factory=dict)
    blocking: bool = True


@dataclass(frozen=True)
class Verdict:
    """What the gate decided, and why.

    Parameters
    ----------
    checks : tuple of GateCheck
    """

    checks: tuple[GateCheck, ...]

    @property
    def passed(self) -> bool:
        """Whether no blocking check failed."""
        return all(check.passed for check in self.checks if check.blocking)

    @property
    def reasons(self) -> list[str]:
        """Why: the sentences that refused it, or if none did, those that let it pass."""
        return [check.sentence for check in self.checks if check.blocking and check.passed == self.passed]

    @property
    def warnings(self) -> list[str]:
        """What did not refuse the candidate but should be known."""
        return [check.sentence for check in self.checks if not check.blocking and not check.passed]

    def to_dict(self) -> dict[str, Any]:
        """The verdict, ready for JSON."""
        return {
            "passed": self.passed,
            "reasons": self.reasons,
            "warnings": self.warnings,
            "checks": [asdict(check) for check in self.checks],
        }


def decide(
    backtest: Backtest, *, certificate: Mapping[str, Any] | None = None, champion: GateCheck | None = None
) -> Verdict:
    """Decide whether the candidate may be promoted.

    Parameters
    ----------
    backtest : Backtest
        From `judge`. A contender "champion", if there is one, is the champion refitted at the same
        origins; one "untuned" is the candidate with the parameters as they were before tuning.
    certificate : mapping, optional
        The certificate of the lifetime fits: `verdict` and `checks` of those that are in place, and
        `fallback`, the purchase model that stands in for one that failed.
    champion : GateCheck, optional
        Why the champion was not tried beside the candidate, from `uncompared` or `not_compared`.

    Returns
    -------
    Verdict

    Examples
    --------
    >>> import pandas as pd
    >>> from regulars.evaluation.backtest import judge
    >>> from regulars.tables import PREDICTIONS
    >>> verdict = decide(judge(pd.DataFrame(columns=list(PREDICTIONS))))
    >>> verdict.passed, verdict.reasons
    (False, ['No origin could be backtested, so nothing speaks for the candidate.'])
    """
    checks = [_tried(backtest)]
    if checks[0].passed:
        checks.append(_against_naive_rules(backtest))
        checks.append(_against_days_since_last(backtest))
        if CHAMPION in backtest.contenders:
            checks.append(_not_worse(backtest, CHAMPION, "champion", "the champion"))
        if UNTUNED in backtest.contenders:
            checks.append(_not_worse(backtest, UNTUNED, UNTUNED, "itself before tuning"))
        checks.append(_calibration(backtest))
        checks += _totals(backtest)
    if champion is not None:
        checks.append(champion)
    if certificate is not None:
        checks += _certificate(certificate)
    return Verdict(tuple(checks))


def uncompared(champion: Scorer | None, settings: ScorerSettings, feature_names: Collection[str]) -> GateCheck | None:
    """Say why a champion is not to be tried beside a candidate; None where it is, or where there is none.

    Parameters
    ----------
    champion : Scorer, optional
        The current champion.
    settings : ScorerSettings
        The candidate's.
    feature_names : collection of str
        The features that the log gives.
    """
    if champion is None:
        return None
    if champion.horizon_days != settings.horizon_days:
        return not_compared(f"its horizon is {champion.horizon_days} days, {settings.horizon_days} here")
    if lost := [name for name in champion.feature_names if name not in feature_names]:
        more = f" and {len(lost) - FEW} more" if len(lost) > FEW else ""
        return not_compared(f"it needs features that this log does not give ({', '.join(lost[:FEW])}{more})")
    if champion.settings == settings and len(champion.feature_names) == len(feature_names):
        same = "The champion has the same settings and features: fitted again, it would be this candidate."
        return GateCheck(CHAMPION, True, same)
    return None


def not_compared(why: str) -> GateCheck:
    """Refuse a candidate beside which the champion cannot be tried."""
    return GateCheck(CHAMPION, False, f"Not compared with the champion: {why}.")


class _Gap(NamedTuple):
    """Ours minus a rival's, with its interval."""

    difference: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.difference:+.4f} [{self.low:+.4f}, {self.high:+.4f}]"


def _gap(backtest: Backtest, rival: str, metric: str) -> _Gap | None:
    """The comparison with a rival; None where there is none, or too few replicates are defined."""
    rows = backtest.comparisons
    found = rows[(rows["contender"] == rival) & (rows["metric"] == metric)].dropna(subset="low")
    return _Gap(*(float(value) for value in found.iloc[0][list(_Gap._fields)])) if len(found) else None


def _tried(backtest: Backtest) -> GateCheck:
    origins = [str(origin) for origin in backtest.origins["origin"]]
    if origins:
        return GateCheck(
            "tried",
            True,
            f"Backtested at {len(origins)} origin{'s' * (len(origins) > 1)}: {', '.join(origins)}.",
            {"origins": origins},
        )
    skipped = "".join(f" Skipped: {reason}." for reason in backtest.skipped)
    return GateCheck("tried", False, f"No origin could be backtested, so nothing speaks for the candidate.{skipped}")


def _against_naive_rules(backtest: Backtest) -> GateCheck:
    rules = [rule for rule in NAIVE_RULES if _gap(backtest, rule, "log_loss")]
    if not rules:
        return GateCheck("naive_rules", False, "No naive rule was tried at every origin, so there is nothing to beat.")
    best = min(rules, key=lambda rule: backtest.value(rule, "log_loss"))
    return _not_worse(backtest, best, "naive_rules", f"the best naive rule ({best})")


def _not_worse(backtest: Backtest, rival: str, name: str, who: str) -> GateCheck:
    """Refuse where the interval of the log-loss difference lies wholly above the margin."""
    gap = _gap(backtest, rival, "log_loss")
    if gap is None:
        return GateCheck(name, False, f"Not comparable with {who}: it was not tried at every origin.")
    ours, its = backtest.value(OURS, "log_loss"), backtest.value(rival, "log_loss")
    passed = gap.low <= LOG_LOSS_MARGIN
    if gap.high < 0:
        finding = f"Better than {who}"
    elif passed:
        finding = f"Not worse than {who} beyond noise and a margin of {LOG_LOSS_MARGIN}"
    else:
        finding = f"Worse than {who} beyond noise and a margin of {LOG_LOSS_MARGIN}"
    sentence = f"{finding}: log-loss {ours:.4f} against {its:.4f}, difference {gap}."
    return GateCheck(name, passed, sentence, {"rival": rival, "margin": LOG_LOSS_MARGIN, **gap._asdict()})


def _against_days_since_last(backtest: Backtest) -> GateCheck:
    """Refuse where the log-loss is not significantly lower, or the ranking is significantly worse."""
    loss, rank = (_gap(backtest, DAYS_SINCE_LAST, metric) for metric in ("log_loss", "auc"))
    if loss is None:
        return GateCheck(DAYS_SINCE_LAST, False, "Days-since-last was not tried at every origin, so it is not beaten.")
    ranks_worse = rank is not None and rank.high < 0
    passed = loss.high < 0 and not ranks_worse
    if passed:
        finding = "Beats days-since-last"
    elif loss.high < 0:
        finding = "Does not beat days-since-last: it ranks customers worse"
    elif loss.low > 0:
        finding = "Does not beat days-since-last: it is worse"
    else:
        finding = "Does not beat days-since-last: a tie within noise"
    sentence = f"{finding} (log-loss difference {loss}{f', AUC difference {rank}' if rank else ''})."
    return GateCheck(DAYS_SINCE_LAST, passed, sentence, {"log_loss": loss._asdict(), "auc": rank and rank._asdict()})


def _calibration(backtest: Backtest) -> GateCheck:
    """Warn where mean predicted churn is off; the season moves it more than a model can know."""
    mean, worst = (backtest.value(OURS, "churn_bias", over=over) for over in ("mean", "worst"))
    off = backtest.off(OURS, "churn_bias")
    passed = off <= CHURN_BIAS_BOUND
    sentence = (
        f"Predicted churn lies {100 * off:.1f} points from the actual rate on average, "
        f"{'within' if passed else 'beyond'} the bound of {100 * CHURN_BIAS_BOUND:.0f} "
        f"(worst origin {100 * worst:+.1f}): {backtest.direction(OURS, 'churn_bias')}."
    )
    figures = {"mean": mean, "off": off, "worst": worst, "bound": CHURN_BIAS_BOUND}
    return GateCheck("calibration", passed, sentence, figures, blocking=False)


def _totals(backtest: Backtest) -> Iterator[GateCheck]:
    """Warn where order days or money were forecast too high or too low: they multiply straight into profit."""
    for outcome, what in (("purchases", "order days lie"), ("spend", "money lies")):
        found = backtest.total_errors(outcome)
        if math.isnan(found.off):
            continue
        passed = found.off <= TOTAL_BIAS_BOUND
        where = "within" if passed else "beyond"
        worst = "worst origin" if found.are_origins else "worst"
        sentence = (
            f"Expected {what} {100 * found.off:.0f} % from the actual total on average{found.where}, {where} the bound "
            f"of {100 * TOTAL_BIAS_BOUND:.0f} % ({worst} {100 * found.worst:+.0f} %): {found.direction}."
        )
        off = {"mean": found.mean, "off": found.off, "worst": found.worst, "bound": TOTAL_BIAS_BOUND}
        figures = {**off, "cutoffs": len(found.days), "first": found.days[0], "last": found.days[-1]}
        yield GateCheck(BIAS[outcome], passed, sentence, figures, blocking=False)


def _certificate(certificate: Mapping[str, Any]) -> Iterator[GateCheck]:
    """Refuse where a fit that is in place failed; warn where another stands in for one that did."""
    verdict, fallback = certificate["verdict"], certificate.get("fallback")
    figures = {"verdict": verdict, "fallback": fallback}
    if verdict == FAILURE:
        failed = [check for check in certificate.get("checks", []) if check["verdict"] == FAILURE]
        why = "".join(f" {check['model']}: {check['sentence']}" for check in failed)
        sentence = f"The lifetime fit failed its certificate, and nothing took its place.{why}"
        yield GateCheck("certificate", False, sentence, figures)
    else:
        yield GateCheck("certificate", True, f"The certificate of the lifetime fit says: {verdict}.", figures)
    if fallback:
        sentence = f"{fallback} stands in for a lifetime model whose fit failed."
        yield GateCheck("fallback", False, sentence, figures, blocking=False)
