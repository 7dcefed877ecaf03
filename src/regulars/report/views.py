"""From tables to what a page says: sums, rows and sentences, without any mark-up."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from regulars.loyalty import potential
from regulars.loyalty.potential import COLUMNS as RISING
from regulars.report.accuracy import shown
from regulars.report.contenders import OURS_NAME, QUESTIONS, Metric, Question, gaps, means, ranked, title_of
from regulars.report.words import Money, bias, number, percent, signed, span_in_words
from regulars.windows import Windows

MOST_RISING = 5
MOST_VALUABLE = 10
RAISES, AVERAGE = "raises the ", "; the shop's average is "
PASS, ATTENTION = "pass", ("warning", "failure")


@dataclass(frozen=True)
class Headline:
    """The scores added up; money is nan where the log has none."""

    cutoff: dt.date
    horizon_days: int
    last_day: dt.date
    customers: int
    no_order: float
    expected_purchases: float
    expected_spend: float
    clv: float

    @classmethod
    def of(cls, scores: pd.DataFrame) -> Headline:
        """Add up scores of one cutoff."""
        first = scores.iloc[0]
        windows = Windows.at(pd.Timestamp(first["cutoff"]).date(), int(first["horizon_days"]))
        sums = {
            name: math.fsum(scores[name].astype(float))
            for name in ("p_churn", "expected_purchases", "expected_spend", "clv")
        }
        return cls(
            windows.cutoff,
            windows.horizon_days,
            windows.closes - dt.timedelta(days=1),
            len(scores),
            sums.pop("p_churn"),
            **sums,
        )

    @property
    def has_money(self) -> bool:
        """Whether the scores carry money."""
        return not math.isnan(self.expected_spend)

    @property
    def ordering(self) -> float:
        """Customers expected to order."""
        return self.customers - self.no_order

    @property
    def ordering_share(self) -> float:
        """Share of customers expected to order."""
        return self.ordering / self.customers

    @property
    def span(self) -> str:
        """The window in words."""
        return span_in_words(self.cutoff, self.last_day)


def most_valuable(scores: pd.DataFrame) -> pd.DataFrame:
    """Scores of the customers with the highest lifetime value; of equals those that stand first."""
    return scores.nlargest(MOST_VALUABLE, "clv")


def best_customers(scores: pd.DataFrame, value_reasons: pd.DataFrame, money: Money) -> list[dict[str, Any]]:
    """The most valuable customers, each with the strongest reason that raises the value."""
    rows = _records(most_valuable(scores))
    return [{**row, "why": in_money(_why(value_reasons.loc[row["customer_id"]]), money)} for row in rows]


def rising_customers(scores: pd.DataFrame) -> list[dict[str, Any]]:
    """The first of those who are not among the best yet, and are expected to be; none where scores lack facts."""
    known = set(RISING) <= set(scores)
    return _records(potential(scores).head(MOST_RISING).reset_index()) if known else []


def in_money(reason: str, money: Money) -> str:
    """A reason with its amounts, which have cents, in the currency of the page.

    Examples
    --------
    >>> in_money("spends 5,593.23 per order day on average", Money("£")), in_money("came back 7 times", Money("£"))
    ('spends £5,593 per order day on average', 'came back 7 times')
    """
    return re.sub(r"\b[\d,]+\.\d\d\b", lambda found: money(float(found[0].replace(",", ""))), reason)


def _why(reasons: Iterable[Any]) -> str:
    """What raises the value comes first; the words that say so stand in the heading of the column."""
    told = _told(reasons)
    raising = next((reason for reason in told if reason.startswith(RAISES)), "")
    return raising.partition(": ")[2].partition(AVERAGE)[0] or (told[0] if told else "")


def usual_order_value(value_reasons: pd.DataFrame, money: Money) -> str:
    """The shop's average that reasons are held against, where one of them is; it stands in the caption once."""
    found = (reason.partition(AVERAGE)[2] for row in value_reasons.to_numpy() for reason in _told(row))
    return in_money(next(filter(None, found), ""), money)


@dataclass(frozen=True)
class Cell:
    """One metric of one contender, and how far ours lies from it."""

    value: str
    difference: str = ""
    verdict: str = ""


@dataclass(frozen=True)
class Table:
    """The contenders that answer a question, with a cell a metric."""

    question: Question
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


def backtest_tables(backtest: Mapping[str, Any]) -> Iterator[Table]:
    """One table a question: contenders by metrics, contenders without an answer left out."""
    values, apart = means(backtest), gaps(backtest)
    for question in QUESTIONS:
        answering = [n for n in ranked(backtest) if any((n, metric.name) in values for metric in question.metrics)]
        if answering:
            rows = [
                (name, tuple(cell(metric, values.get((name, metric.name)), apart.get((name, metric.name)))
                             for metric in question.metrics))
                for name in answering
            ]  # fmt: skip
            yield Table(question, tuple(rows))


def cell(metric: Metric, value: float | None, gap: Mapping[str, Any] | None) -> Cell:
    """Write one metric of one contender, and the difference with its interval where there is one."""
    written = {"percent": lambda v: percent(v, metric.digits), "bias": bias}
    text = written.get(metric.format, lambda v: number(v, metric.digits))(value)
    if gap is None:
        return Cell(text)
    difference, low, high = (signed(gap[name], metric.digits) for name in ("difference", "low", "high"))
    return Cell(text, f"{difference} [{low}, {high}]", gap["verdict"])


def origins(backtest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The actual outcome at each origin, and the log-loss and AUC of ours and of the best naive rule."""
    at = {(row["origin"], row["contender"], row["metric"]): row["value"] for row in backtest["metrics"]}
    best = next((name for name in ranked(backtest) if name in ("days_since_last", "frequency")), None)
    return [
        {
            **origin,
            **{
                f"{who}_{metric}": at.get((origin["origin"], name, metric))
                for who, name in (("ours", OURS_NAME), ("rule", best))
                for metric in ("log_loss", "auc")
            },
            "rule": title_of(best) if best else None,
        }
        for origin in backtest["origins"]
    ]


@dataclass(frozen=True)
class Profits:
    """The assumed profit a customer, a row each contender's ranking and a column each offer."""

    offers: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float | None, ...]], ...]


def profits(backtest: Mapping[str, Any]) -> Profits:
    """What a campaign by each ranking would earn, the highest with the first offer first."""
    earned = {(row["contender"], row["offer"]): row["empc"] for row in backtest.get("profit", [])}
    offers = tuple(dict.fromkeys(offer for _, offer in earned))
    names = dict.fromkeys(name for name, _ in earned)
    rows = [(name, tuple(earned.get((name, at)) for at in offers)) for name in names]
    return Profits(offers, tuple(sorted(rows, key=lambda row: -(row[1][0] or 0))))


def frequency_rows(backtest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Predicted and actual order days by frequency: ours beside the better lifetime model."""
    parts = shown(backtest, "purchases_by_frequency")
    if "ours" not in parts:
        return []
    rows = _records(parts["ours"])
    rival = parts.get("lifetime")
    predicted = rival.set_index("frequency")["predicted"].to_dict() if rival is not None else {}
    return [{**row, "lifetime": predicted.get(row["frequency"])} for row in rows]


def gate_marks(verdict: Mapping[str, Any]) -> list[tuple[str, str]]:
    """How each check of the gate went, and its sentence: a certificate that only warned is no plain pass."""
    return [(_gate_mark(check), check["sentence"]) for check in verdict["checks"]]


def _gate_mark(check: Mapping[str, Any]) -> str:
    certified = (check.get("figures") or {}).get("verdict", PASS) if check.get("name") == "certificate" else PASS
    if check["passed"]:
        return "passed" if certified == PASS else "warning"
    return "failed" if check["blocking"] else "warning"


def certificate_groups(certificate: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """What needs attention, then what holds: verdict, models and sentence, each sentence once."""
    models: dict[tuple[str, str], list[str]] = {}
    for check in certificate["checks"]:
        models.setdefault((check["verdict"], check["sentence"]), []).append(title_of(check.get("model", "")))
    lines = [(verdict, " and ".join(dict.fromkeys(names)), sentence) for (verdict, sentence), names in models.items()]
    groups = [
        ("What needs attention", [line for line in lines if line[0] in ATTENTION]),
        ("What holds", [line for line in lines if line[0] == PASS]),
        ("What could not be checked", [line for line in lines if line[0] not in (*ATTENTION, PASS)]),
    ]
    return [group for group in groups if group[1]]


def unidentified(certificate: Mapping[str, Any] | None) -> str | None:
    """What the certificate says where leaving cannot be told from staying."""
    checks = certificate["checks"] if certificate else []
    return next((c["sentence"] for c in checks if c.get("name") == "leaving" and c["verdict"] != PASS), None)


def ledger_totals(ledger: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows, customers and money of each outcome, added up."""
    totals = []
    for outcome in ("used", "netted", "excluded"):
        entries = [entry for entry in ledger["entries"] if entry["outcome"] == outcome]
        sums = {name: sum(entry[name] for entry in entries) for name in ("rows", "customers")}
        money = None if ledger["in"]["money"] is None else math.fsum(entry["money"] for entry in entries)
        totals.append({"outcome": outcome, "entries": entries, **sums, "money": money})
    return totals


def _told(reasons: Iterable[Any]) -> list[str]:
    return [reason for reason in reasons if isinstance(reason, str)]


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [dict(zip(table.columns, row, strict=True)) for row in table.itertuples(index=False)]
