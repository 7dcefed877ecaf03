"""How good the scores are: metrics, naive rivals, intervals, and the gate that judges them.

What stands here is imported on first use, so that reading a log and choosing origins loads no learner.
"""

from typing import TYPE_CHECKING

from regulars.doors import lazy

if TYPE_CHECKING:
    from regulars.evaluation.backtest import Backtest, judge
    from regulars.evaluation.baselines import calibrate_amount, calibrate_rule, past_purchase_rate
    from regulars.evaluation.gate import GateCheck, Verdict, decide, not_compared, uncompared
    from regulars.evaluation.grades import Grade, grade
    from regulars.evaluation.leakage import LeakProof, prove_no_leak
    from regulars.evaluation.origins import Origins, choose_origins
    from regulars.evaluation.rolling import Rolled, roll
    from regulars.evaluation.run import Run
    from regulars.evaluation.total_errors import TotalErrors, try_totals
    from regulars.evaluation.tuning import Tuned, check_tuning, tune

__all__ = [
    "Backtest",
    "GateCheck",
    "Grade",
    "LeakProof",
    "Origins",
    "Rolled",
    "Run",
    "TotalErrors",
    "Tuned",
    "Verdict",
    "calibrate_amount",
    "calibrate_rule",
    "check_tuning",
    "choose_origins",
    "decide",
    "grade",
    "judge",
    "not_compared",
    "past_purchase_rate",
    "prove_no_leak",
    "roll",
    "try_totals",
    "tune",
    "uncompared",
]

__getattr__ = lazy(
    __name__,
    {
        "backtest": ("Backtest", "judge"),
        "baselines": ("calibrate_amount", "calibrate_rule", "past_purchase_rate"),
        "gate": ("GateCheck", "Verdict", "decide", "not_compared", "uncompared"),
        "grades": ("Grade", "grade"),
        "leakage": ("LeakProof", "prove_no_leak"),
        "origins": ("Origins", "choose_origins"),
        "rolling": ("Rolled", "roll"),
        "run": ("Run",),
        "total_errors": ("TotalErrors", "try_totals"),
        "tuning": ("Tuned", "check_tuning", "tune"),
    },
)
