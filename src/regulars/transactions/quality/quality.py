"""The data-quality report: what refuses training, what to beware of, what would help.

The thresholds stand on top. They follow the field's rules of sufficiency (a history of one horizon and outcomes of
another, some hundred customers, repeat buyers) and stand in every finding, with what to do about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from regulars.counted import counted
from regulars.errors import Faults, InsufficientHistoryError
from regulars.transactions.exports.laid_out import LaidOut
from regulars.transactions.ledger import Ledger
from regulars.transactions.lines import Lines
from regulars.transactions.mapping.profile import ColumnProfile
from regulars.transactions.quality.data_warnings import Finding, warnings_of
from regulars.transactions.quality.rhythms import rhythm_findings
from regulars.transactions.row_outcome import RowOutcome
from regulars.windows import Windows

ENOUGH_CUSTOMERS = 100
ENOUGH_REPEATERS = 30
MANY_MISSING = 0.05
MANY_DUPLICATES = 0.01
MANY_ONE_TIMERS = 0.9
LARGEST_SHARE = 0.1
TRUNCATION_DAYS = 30
TRUNCATION_RATIO = 2
HORIZONS = 2
YEAR = 365
LONGER = "Give a longer log."
MISSING = {
    RowOutcome.NO_CUSTOMER: ("customer", "Find out what they are: guests' orders are not counted for any customer."),
    RowOutcome.NO_DATE: ("date", "Find out why: what was bought then counts for nobody."),
    RowOutcome.NO_AMOUNT: ("amount", "Find out why; write 0 where nothing was paid, so that the order counts."),
}


@dataclass(frozen=True)
class QualityReport:
    """Findings, worst first, what the columns hold, and what the log is read as where it is a known export."""

    findings: tuple[Finding, ...]
    columns: tuple[ColumnProfile, ...]
    layout: LaidOut | None = None

    @property
    def refusals(self) -> tuple[Finding, ...]:
        """The findings for which training is refused."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def refuses_training(self) -> bool:
        """Whether training is refused."""
        return bool(self.refusals)

    def raise_if_refused(self) -> None:
        """Stop where training is refused.

        Raises
        ------
        InsufficientHistoryError
            With every reason, and what to do about each.
        """
        faults = Faults("Training is refused")
        for finding in self.refusals:
            faults.add(f"{finding.what}. {finding.to_do}")
        if faults.found:  # what mends the one does not mend the other
            for finding in self.findings:
                if finding.severity == "warning":
                    faults.add(f"{finding.what}. {finding.to_do}")
        faults.raise_if_any(InsufficientHistoryError)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values, without any customer id."""
        return {
            "refuses_training": self.refuses_training,
            "findings": [
                {"severity": found.severity, "what": found.what, "to_do": found.to_do} for found in self.findings
            ],
            "columns": [_plain(column) for column in self.columns],
            "layout": self.layout.to_dict() if self.layout else None,
        }


def _plain(column: ColumnProfile) -> dict[str, Any]:
    told = {**asdict(column), "holds": column.holds, "examples": list(column.examples)}
    del told["elsewhere"]  # of which a finding tells
    return told


@dataclass(frozen=True)
class _History:
    """Counts over the purchases of a log, or of its history before a cutoff."""

    customers: int
    repeaters: int
    purchases: int
    largest: int
    paid: int
    new_at_start: int
    new_after: int


def assess(tx: Lines, windows: Windows | None = None) -> QualityReport:
    """Tell whether a log suffices to train at a cutoff, and what is noteworthy in it.

    Parameters
    ----------
    tx : Lines
        The validated log: `Transactions` are its lines.
    windows : Windows, optional
        The cutoff and horizon in question. Without them the whole log is looked at.

    Returns
    -------
    QualityReport
        Findings, worst first; `refuses_training` tells whether one of them is an error.

    Examples
    --------
    >>> from regulars.transactions import read_transactions
    >>> from regulars.windows import Windows
    >>> tx = read_transactions("demo")
    >>> for finding in assess(tx, Windows.at("1997-04-01", 50)).findings:
    ...     print(finding.severity, "-", finding.what)
    warning - 255 lines equal an earlier one in every column and are kept, since no order_id is mapped
    warning - 90 days of history before 1997-04-01; 2 horizons (100 days) are needed: one to learn from, one of outcomes
    advice - 90 days of history before 1997-04-01, less than a year: no season can be told from it
    """
    history = _look(tx, windows)
    more = "Give a longer log"
    if windows and windows.history_days(tx.last_day) < 1:  # order days lie at the cutoff, or after it
        more += ", or a later cutoff"
    found = [*_sufficiency(history, more), *_layout(tx), *_lines(tx), *warnings_of(tx), *_shape(history)]
    if windows:
        found += [*_span(tx, windows), *rhythm_findings(tx, windows)]
    order = ("error", "warning", "advice")
    ranked = sorted(found, key=lambda finding: order.index(finding.severity))
    return QualityReport(tuple(ranked), tx.profiles, tx.layout)


def _look(tx: Lines, windows: Windows | None) -> _History:
    known = tx.history_sql(windows) if windows else "true"
    age = f"(first_day - DATE '{tx.first_day}')"
    # Whole divisions of the age count the blocks of days since the log began: 0 is the first block, 1 the next.
    counts = tx.connection.execute(f"""
        SELECT count(*), count(*) FILTER (order_days > 1), coalesce(sum(purchases), 0), coalesce(max(purchases), 0),
            coalesce(sum(paid), 0), count(*) FILTER ({age} // {TRUNCATION_DAYS} = 0),
            count(*) FILTER ({age} // {TRUNCATION_DAYS} = 1)
        FROM (
            SELECT count(DISTINCT day) AS order_days, count(*) AS purchases, min(day) AS first_day,
                count(*) FILTER ({"money > 0" if tx.has_money else "true"}) AS paid
            FROM lines WHERE is_purchase AND {known} GROUP BY customer_id
        )""").fetchall()[0]
    return _History(*(int(count) for count in counts))


def _sufficiency(history: _History, more: str) -> Iterator[Finding]:
    if history.customers < 2:
        found = "No customer has" if history.customers == 0 else "One customer has"
        yield Finding("error", f"{found} a purchase; at least 2 customers are needed", f"{more}.")
    elif history.repeaters == 0:
        what = f"None of {history.customers:,} customers came back on a second day; repeat buyers are needed"
        yield Finding("error", what, f"{more}. If ids are drawn anew for each order, map the id of the customer.")
    else:
        if history.customers < ENOUGH_CUSTOMERS:
            what = f"{history.customers:,} customers; {ENOUGH_CUSTOMERS} are needed"
            yield Finding("warning", what, f"Trust no interval. {more}.")
        if history.repeaters < ENOUGH_REPEATERS:
            what = f"{counted(history.repeaters, 'customer')} came back on a second day; {ENOUGH_REPEATERS} are needed"
            yield Finding("warning", what, f"Trust no interval. {more}.")


def _span(tx: Lines, windows: Windows) -> Iterator[Finding]:
    days, expected = windows.history_days(tx.first_day), HORIZONS * windows.horizon_days
    if days < windows.horizon_days:
        what = (
            f"{max(days, 0):,} days of history before {windows.cutoff}; at least one horizon ({windows.horizon_days:,} "
            "days) is needed, since a window longer than the history cannot be predicted"
        )
        yield Finding("error", what, _longer_or_shorter(tx, windows))
    elif days < expected:
        what = (
            f"{max(days, 0):,} days of history before {windows.cutoff}; {HORIZONS} horizons ({expected:,} days) are "
            "needed: one to learn from, one of outcomes"
        )
        yield Finding("warning", what, _longer_or_shorter(tx, windows))
    if days >= windows.horizon_days and days < YEAR:
        what = f"{days:,} days of history before {windows.cutoff}, less than a year: no season can be told from it"
        yield Finding("advice", what, "Read the origins of the backtest one by one; totals move with the season.")
    silent, longest = _pauses(tx, windows)
    if silent > max(longest, 1):
        what = f"Nobody ordered in the {silent:,} days before {windows.cutoff}; the longest such pause was {longest:,}"
        yield Finding("warning", what, "Bring the log up to date, or choose an earlier cutoff: all seem to have left.")


def _longer_or_shorter(tx: Lines, windows: Windows) -> str:
    """What to do where the log is too short for the horizon; the option to type where a horizon would do."""
    fits = windows.horizon_that_fits(tx.first_day)
    return f"Shorten the horizon (--set windows.horizon_days={fits}), or give a longer log." if fits else LONGER


def _pauses(tx: Lines, windows: Windows) -> tuple[int, int]:
    """Days without an order before the cutoff, and the longest such pause between order days before it."""
    silent, longest = tx.connection.execute(f"""
        SELECT DATE '{windows.cutoff}' - max(day) - 1, coalesce(max(gap) - 1, 0) FROM (
            SELECT day, day - lag(day) OVER (ORDER BY day) AS gap FROM (
                SELECT DISTINCT day FROM lines WHERE is_purchase AND {tx.history_sql(windows)}))""").fetchall()[0]
    return int(silent or 0), int(longest)


def _layout(tx: Lines) -> Iterator[Finding]:
    if tx.layout and tx.layout.unknown:
        statuses = ", ".join(f"{name} ({rows:,} row{'s' * (rows > 1)})" for name, rows in tx.layout.unknown)
        what = f"{tx.layout.title} has statuses that are not known: {statuses}. These orders count as sales"
        yield Finding("warning", what, "If they are not, leave their rows out.")
    if tx.layout and tx.layout.warning:
        yield Finding("warning", *tx.layout.warning)
    if tx.layout and not tx.layout.lines:
        yield from _orders_twice(tx)


def _orders_twice(tx: Lines) -> Iterator[Finding]:
    """Orders with two amounts, as in exports that overlap where an order has changed in between."""
    (orders,) = tx.connection.execute("""
        SELECT count(*) FROM (
            SELECT order_id FROM lines WHERE is_purchase AND order_id IS NOT NULL
            GROUP BY order_id HAVING count(*) FILTER (money <> 0) > 1)""").fetchall()[0]
    if orders:
        stand = "order stands" if orders == 1 else "orders stand"
        what = f"{orders:,} {stand} there more than once, with different contents"
        yield Finding("warning", what, "Give exports that do not overlap, or one made anew: each amount counts.")


def _lines(tx: Lines) -> Iterator[Finding]:
    ledger = tx.ledger
    for verdict, (what, to_do) in MISSING.items():
        rows, _ = ledger.ended_as(verdict)
        if rows > MANY_MISSING * ledger.rows:
            found = (
                f"{rows:,} of {ledger.rows:,} rows ({100 * rows / ledger.rows:.0f} %) carry no {what} and are excluded"
            )
            yield Finding("warning", found, to_do)
    yield from _duplicates(ledger)
    if not tx.has_money:
        what = "The log carries no money: spend and lifetime value stay null"
        yield Finding("advice", what, "Map amount, or quantity and unit_price.")


def _duplicates(ledger: Ledger) -> Iterator[Finding]:
    rows, money = ledger.ended_as(RowOutcome.DUPLICATE)
    total = ledger.money or 0
    if rows > MANY_DUPLICATES * ledger.rows or abs(money) > MANY_DUPLICATES * abs(float(total)):
        worth = "" if ledger.money is None else f", with {money:,.2f} of {total:,.2f} in money"
        what = (
            f"{rows:,} of {ledger.rows:,} rows ({100 * rows / ledger.rows:.1f} %) equal an earlier line of their "
            f"order in every column and are excluded as copies{worth}"
        )
        to_do = (
            "If they are real lines (one for each piece, say), give the log a column that tells lines apart, as their "
            "number or the product; or do not map order_id, and all are kept."
        )
        yield Finding("warning", what, to_do)
    if ledger.duplicates_kept:
        equal = "1 line equals" if ledger.duplicates_kept == 1 else f"{ledger.duplicates_kept:,} lines equal"
        kept = "is" if ledger.duplicates_kept == 1 else "are"
        what = f"{equal} an earlier one in every column and {kept} kept, since no order_id is mapped"
        yield Finding("warning", what, "Map order_id, so that copies can be told from orders and dropped.")


def _shape(history: _History) -> Iterator[Finding]:
    one_time = history.customers - history.repeaters
    if history.repeaters and one_time > MANY_ONE_TIMERS * history.customers:
        what = f"{100 * one_time / history.customers:.0f} % of the customers bought on one day only"
        yield Finding(
            "advice", what, "Watch the first-to-second conversion; the models learn from the few who came back."
        )
    if history.purchases and history.paid == 0:
        yield Finding("warning", "No purchase has an amount above zero", "Check which column is mapped as the amount.")
    if history.customers >= ENOUGH_CUSTOMERS and history.largest > LARGEST_SHARE * history.purchases:
        what = f"One customer holds {100 * history.largest / history.purchases:.0f} % of all purchase lines"
        yield Finding("warning", what, "If it is a collective id (guests, the till, staff), leave its rows out.")
    if history.new_after and history.new_at_start > TRUNCATION_RATIO * history.new_after:
        what = (
            f"{history.new_at_start:,} customers are new in the first {TRUNCATION_DAYS} days, {history.new_after:,} in "
            "the next: many will have bought before the log began"
        )
        yield Finding("advice", what, "Give the log from its beginning, or leave out the customers of the first days.")
