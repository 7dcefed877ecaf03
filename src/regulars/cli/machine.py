"""Results for machines: the same as in words, as plain values for `--json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from regulars.evaluation import Backtest, LeakProof
    from regulars.pipelines.backtest import BacktestRun
    from regulars.pipelines.customer import CustomerShown
    from regulars.pipelines.demo import Demo
    from regulars.pipelines.forget import Erasure
    from regulars.pipelines.measure import Measured
    from regulars.pipelines.monitor import MonitorRun
    from regulars.pipelines.report import Reported
    from regulars.pipelines.retain import Targeted
    from regulars.pipelines.segment import SegmentsTable
    from regulars.pipelines.training_run import TrainingRun
    from regulars.pipelines.uplift import Uplifted
    from regulars.pipelines.validate import Validated
    from regulars.predict import ScoresTable
    from regulars.tracking.registry import Move
    from regulars.transactions import AttributeLedger, Freshness

Result = dict[str, Any]


def demo(made: Demo) -> Result:
    """What the demo made."""
    return {
        "training": trained(made.run),
        "scores": scored(made.table),
        "targets": targeted(made.targeted),
        "report": reported(made.reported),
    }


def validated(made: Validated) -> Result:
    """The data-quality report and the ledger."""
    return {
        **made.report.to_dict(),
        "ledger": made.tx.ledger.to_dict(),
        "cutoff": str(made.windows.cutoff),
        "horizon_days": made.windows.horizon_days,
        "rows_before_cutoff": made.tx.rows_before(made.windows),
        "origins": [str(origin.cutoff) for origin in made.origins.kept],
        "skipped_origins": list(made.origins.skipped),
        "origin_notes": list(made.origins.notes),
        "first_day": str(made.tx.first_day),
        "last_day": str(made.tx.last_day),
        "data_hash": made.tx.data_hash,
        "log": _log(made.freshness),
        "customers": _customers(made.attribute_ledger),
        "feeds": [{"feed": ledger.feed, **ledger.to_dict()} for ledger in made.feed_ledgers],
    }


def trained(made: TrainingRun) -> Result:
    """What was registered, and the gate's verdict."""
    return {
        "model_uri": made.model_uri,
        "model_version": made.scorer.version,
        "version": str(made.logged.version),
        "run_id": made.logged.run_id,
        "card": {"path": str(made.card) if made.card else None, "artifact": made.logged.card_uri},
        "promoted": made.move is not None,
        "forced": made.move is not None and made.move.forced,
        "verdict": made.verdict.to_dict(),
        "training_cutoff": str(made.scorer.training_cutoff),
        "notes": [note.text for note in made.scorer.notes],
        "certificate": _certificate(made.run.certificate),
        "forecast": made.forecast.to_dict(),
        "beside": made.context.to_dict(),
        "metrics": made.backtest.metrics_flat(),
        "grade": _grade(made.backtest),
        "tuning": made.tuned.to_dict() if made.tuned else None,
        "ledger": made.validated.tx.ledger.to_dict(),
        "customers": _customers(made.validated.attribute_ledger),
    }


def _customers(ledger: AttributeLedger | None) -> Result | None:
    return ledger.to_dict() if ledger else None


def _certificate(certificate: Mapping[str, Any]) -> Result:
    checks = [check for check in certificate["checks"] if check["verdict"] in ("warning", "failure")]
    return {"verdict": certificate["verdict"], "checks": checks}


def backtested(made: BacktestRun) -> Result:
    """Metrics, differences with intervals, and what the gate would say."""
    told = {"verdict": made.verdict.to_dict(), "grade": _grade(made.backtest), "folder": str(made.folder)}
    return {**made.backtest.summary(), **told}


def _grade(backtest: Backtest) -> Result | None:
    from regulars.evaluation import grade

    found = grade(backtest)
    return found.to_dict() if found else None


def scored(made: ScoresTable) -> Result:
    """Where the scores are, and what they add up to."""
    told = made.summary
    return {
        "path": made.placed.path,
        "table": made.placed.table,
        "manifest": made.placed.manifest,
        "unchanged": made.is_unchanged,
        "customers": told.customers,
        "cutoff": str(told.cutoff),
        "model_version": told.model_version,
        "model_uri": told.model_uri,
        "totals": dict(told.totals),
        "log": _log(told.freshness),
        "forecast": told.forecast.to_dict(),
        "beside": told.context.to_dict() if told.context else None,
    }


def targeted(made: Targeted) -> Result:
    """Where the work list is, and what it adds up to."""
    log = _log(made.freshness) if made.freshness else None
    return {"path": str(made.path), **made.targets.to_dict(), "log": log}


def measured(made: Measured) -> Result:
    """What a campaign brought, and where it is written down."""
    history = str(made.history) if made.history else None
    record = [{**row, "start": str(row["start"].date())} for row in made.track_record.frame.to_dict("records")]
    told = {"path": str(made.path), "history": history, "campaigns": made.campaigns, "track_record": record}
    return {**made.measurement.to_dict(), **told, "keeping_cost": made.keeping_cost.to_dict()}


def uplifted(made: Uplifted) -> Result:
    """The judgement, and where the predictions are."""
    return {"path": str(made.path), "manifest": str(made.manifest), **made.judgement.to_dict()}


def monitored(made: MonitorRun) -> Result:
    """The verdict, and all that it rests on."""
    return {
        **made.found.to_dict(),
        "scores": made.scores,
        "table": made.table,
        "cutoff": str(made.windows.cutoff),
        "model_version": made.model.scorer.version,
        "model_uri": made.model.uri,
        "training_cutoff": str(made.model.scorer.training_cutoff),
        "log": _log(made.freshness),
        "run_id": made.run_id,
    }


def segmented(made: SegmentsTable) -> Result:
    """Where the states are, and how many customers are in each."""
    from regulars.columns import plain_records

    return {
        "path": str(made.path),
        "manifest": str(made.manifest),
        **made.states.to_dict(),
        "dynamics": made.dynamics.to_dict(),
        "drivers": made.driver_rows,
        "tier_worth": plain_records(made.tier_worth),
        "loyalty_index": made.index.to_dict() if made.index else None,
        "feeds": {name: told.to_dict() for name, told in made.feeds.items()},
        "log": _log(made.freshness),
    }


def _log(freshness: Freshness) -> Result:
    """How old the log is, and what to beware of."""
    return {**freshness.to_dict(), "warnings": list(freshness.warnings())}


def reported(made: Reported) -> Result:
    """Where the report is."""
    return {"path": str(made.path), "customers": made.customers}


def customer(made: CustomerShown) -> Result:
    """One customer, the scores or why there are none, the row of the work list, and where the page is."""
    from regulars.columns import plain_row

    outlook = made.outlook
    return {
        **made.customer.to_dict(),
        "scores": None if isinstance(outlook, str) else outlook.to_dict(),
        "contact": made.contact if made.contact is None or isinstance(made.contact, str) else plain_row(made.contact),
        "without_scores": outlook if isinstance(outlook, str) else None,
        "log": _log(made.freshness),
        "page": str(made.path) if made.path else None,
    }


def verified(made: LeakProof) -> Result:
    """What each corruption of the future changed."""
    return {
        "holds": made.holds,
        "cutoff": str(made.windows.cutoff),
        "values": made.values,
        "corruptions": [asdict(trial) for trial in made.tried],
    }


def forgot(made: Erasure) -> Result:
    """The certificate, and where it is kept."""
    return {**made.to_dict(), "certificate": None if made.is_dry else str(made.certificate)}


def moved(move: Move) -> Result:
    """A move of the champion alias; nothing moved where it stood there already."""
    if move.from_version == move.to_version:
        return {"moved": False, "champion": move.to_version}
    return {
        "moved": True,
        "champion": move.to_version,
        "when": move.when.isoformat(),
        "from": move.from_version,
        "to": move.to_version,
        "action": move.action,
        "reason": move.reason,
        "forced": move.forced,
    }


def history(moves: pd.DataFrame) -> Result:
    """Every move, oldest first."""
    return {"moves": [{**move, "when": move["when"].isoformat()} for move in moves.to_dict("records")]}
