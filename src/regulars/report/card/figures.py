"""All figures of the backtest and all checks of the certificate: what the report leaves to the card."""

from __future__ import annotations

from regulars.evaluation import Run
from regulars.report.card.markdown import Lines, bullets, plain, table
from regulars.report.contenders import title_of
from regulars.report.views import backtest_tables, certificate_groups, frequency_rows, profits
from regulars.report.words import number


def all_figures(run: Run) -> Lines:
    """Every contender by every metric, order days by frequency, assumed profits, and every check."""
    summary = run.backtest.summary()
    if run.backtest.origins.empty:
        yield "Nothing was tried."
        yield ""
    else:
        yield "Means over the past cutoffs; in brackets this model less the other, with its 95 % interval."
        for each in backtest_tables(summary):
            yield ""
            rows = [
                [title_of(name), *(f"{c.value} ({c.difference} {c.verdict})" if c.verdict else c.value for c in cells)]
                for name, cells in each.rows
            ]
            yield from table([each.question.asks, *(metric.title for metric in each.question.metrics)], rows)
        yield from _by_frequency(summary)
        yield from _profits(summary)
    yield ""
    yield "Checks of the lifetime fit:"
    yield ""
    groups = certificate_groups(run.certificate)
    yield from bullets(f"{verdict}: {plain(text)}" for _, lines in groups for verdict, _, text in lines)


def _by_frequency(summary: dict[str, object]) -> Lines:
    rows = [
        [
            number(row["frequency"]),
            number(row["customers"]),
            *(number(row[name], 2) for name in ("actual", "predicted")),
        ]
        for row in frequency_rows(summary)
    ]
    if rows:
        yield ""
        yield from table(["times come back (7: or more)", "customers", "order days, actual", "predicted"], rows)


def _profits(summary: dict[str, object]) -> Lines:
    found = profits(summary)
    if found.rows:
        yield ""
        yield from table(
            ["assumed profit a customer by ranking (EMPC)", *map(plain, found.offers)],
            [[title_of(name), *(number(value, 3) for value in values)] for name, values in found.rows],
        )
