"""Demo: the whole way on real customers, from the log to the work list and the page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from regulars.params import Params
from regulars.pipelines.report import Reported, report_scores
from regulars.pipelines.retain import Targeted, target_scores
from regulars.pipelines.score import job_of
from regulars.pipelines.train import train
from regulars.pipelines.training_run import TrainingRun
from regulars.predict import ScoresTable, TableFile, make_folder, write_scores, written_scores

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
    job = job_of(params)
    scores = folder / "scores.parquet"
    table = write_scores(job, TableFile(scores))
    targeted = target_scores(params, scores, folder / "targets.csv")
    reported = report_scores(params, written_scores(job, scores), folder / "report.html")
    return Demo(run, table, targeted, reported)
