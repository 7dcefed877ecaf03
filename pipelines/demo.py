"""Demo: the whole way on real customers, from the log to the work list and the page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from regulars.params import Params
from regulars.pipelines.report import Reported, report_scores
from regulars.pipelines.retain import Targeted, target_scores
from regulars.pipelines.score import ScoresTable, score_log
from regulars.pipelines.train import train
from regulars.pipelines.training_run import TrainingRun
from regulars.predict import make_folder

ANYWAY = "the demo shows every step, whatever the gate says"


@dataclass(frozen=True)
class Demo:
    """What the demo made."""

    run: TrainingRun
    table: ScoresTable
    targeted: Targeted
    reported: Reported


def run_demo(params: Params, folder: Path) -> Demo:
    """Train, score, target and report on CDNOW, all under one folder."""
    make_folder(folder, instead="run the demo in another folder")
    run = train(params, force=ANYWAY)
    table = score_log(params, folder / "scores.parquet")
    targeted = target_scores(params, table.path, folder / "targets.csv")
    reported = report_scores(params, table.scored, folder / "report.html")
    return Demo(run, table, targeted, reported)
