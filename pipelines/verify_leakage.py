"""Verify leakage: corrupt all that lies at or after the cutoff, and show that nothing changes."""

from __future__ import annotations

from regulars.evaluation import LeakProof, prove_no_leak
from regulars.files import scratch
from regulars.params import Params
from regulars.pipelines.inputs import customers_of, read_log, windows_for
from regulars.pipelines.score import champion_uri
from regulars.progress import note, step
from regulars.tracking.store import exists
from regulars.tracking.versions import load_scorer
from regulars.transactions import read_transactions, write_corrupted
from regulars.windows import LATEST


def verify_leakage(params: Params, *, model: str | None = None) -> LeakProof:
    """Prove on the log of `params` that features and scores do not know what comes after the cutoff.

    With the cutoff `latest` there is nothing after it: the last window that has closed is taken, or half of a log that
    is shorter than two of them.
    """
    log = params.transactions
    tx = read_log(params)  # so that a fault names the log, not one of its copies below
    windows = windows_for(params, tx)
    if params.windows.cutoff == LATEST:
        days = min(windows.horizon_days, windows.history_days(tx.first_day) // 2)
        windows = windows.shifted(-days)
        note(f"The cutoff is {windows.cutoff}, {days} days before the latest, so that there is something to corrupt.")
    customers = customers_of(params)
    if customers and customers.days is None:
        note("Attributes without customers.valid_from are the same at every cutoff: nothing is shown of them.")
    scorer = None
    if model or exists(params.mlflow.tracking_uri):
        scorer = load_scorer(model or champion_uri(params), params.mlflow.tracking_uri)
    else:
        note("There is no MLflow store, so features are compared and no scores.")
    with scratch() as folder:
        with step("corrupt the future"):
            written = write_corrupted(
                log.path,
                log.columns,
                windows,
                folder,
                table=log.table,
                memory_limit=log.memory_limit,
                timezone=log.timezone,
                layout=log.layout,
                own_columns=log.own_columns,
            )
        logs = (
            (
                how,
                read_transactions(
                    file,
                    written.columns,
                    returns=log.returns,
                    memory_limit=log.memory_limit,
                    timezone=log.timezone,
                    own_columns=written.own_columns,
                    own_features=log.own_features,
                ),
            )
            for how, file in written.files.items()
        )
        with step("compare features and scores"):
            _, honest = next(logs)  # as it is
            return prove_no_leak(honest, logs, windows, scorer, customers)
