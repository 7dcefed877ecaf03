"""What can be read and is hardly meant: days that have not come, ids that mean nobody, money of several currencies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from regulars.transactions.lines import Lines
from regulars.transactions.row_outcome import RowOutcome
from regulars.transactions.sources.refusals import some
from regulars.transactions.sql import literal, literals
from regulars.transactions.values.expressions import TEXT

NOBODY = (
    *("null", "none", "nan", "nil", "na", "n/a", "<na>", "undefined", "unknown", "anonymous", "guest", "-", "?"),
    *("test", "testcustomer", "test customer", "customer", "0", r"\N".lower()),
)
UNSEEN = r"[\s\x{00A0}\x{00AD}\x{200B}-\x{200D}\x{2060}\x{FEFF}]"  # blanks, and signs that no screen shows
TWINS = ("АВЕКМНОРСТХаеорсухіј", "ABEKMHOPCTXaeopcyxij")  # Cyrillic letters that look like Latin ones

NO_DAY = ("1900-01-01", "1970-01-01")  # what many systems write where there is none
EXPONENT = r"-?[0-9]([.,][0-9]+)?[eE][+][0-9]{2,3}"
EXAMPLES = 3
SOME = 10  # amounts that are enough to see a habit
OFTEN, NOTHING = 20, 0.01  # days with purchases, and the share of the shop's usual line of which each brings less

Severity = Literal["error", "warning", "advice"]


@dataclass(frozen=True)
class Finding:
    """Something a person should know; an error refuses training.

    Parameters
    ----------
    severity : {"error", "warning", "advice"}
        How bad it is.
    what : str
        What was found, against what is expected.
    to_do : str
        What to do about it.
    examples : tuple of str
        Ids of customers that show it: for the person at the screen, and written nowhere.
    """

    severity: Severity
    what: str
    to_do: str
    examples: tuple[str, ...] = ()


def warnings_of(tx: Lines) -> Iterator[Finding]:
    """Tell what is hardly meant as it stands in a log."""
    yield from _days_to_come(tx)
    yield from _days_of_nothing(tx)
    yield from _days_in_utc(tx)
    yield from _currencies(tx)
    if tx.has_money:
        yield from _thousands_lost(tx)
        yield from _orders_for_nothing(tx)
    if "discount" in tx.columns:
        yield from _discounts_below_zero(tx)
    if dict(row[:2] for row in tx.connection.execute("DESCRIBE lines").fetchall())["customer_id"] == TEXT:
        yield from _ids_of_nobody(tx)
        yield from _ids_that_look_alike(tx)
        yield from _ids_with_leading_zeros(tx)
        yield from _ids_with_exponents(tx)


def _days_to_come(tx: Lines) -> Iterator[Finding]:
    count, _ = tx.ledger.ended_as(RowOutcome.FUTURE)
    if count:
        lines = "line is" if count == 1 else "lines are"
        what = f"{count:,} {lines} dated after {tx.run_day.latest}, the day of this run, and excluded"
        yield Finding("warning", what, "Correct their dates at the source.")


def _days_of_nothing(tx: Lines) -> Iterator[Finding]:
    days = ", ".join(f"DATE '{day}'" for day in NO_DAY)
    for day, count in tx.connection.execute(
        f"SELECT day, count(*) FROM lines WHERE day IN ({days}) GROUP BY day ORDER BY day"
    ).fetchall():
        what = f"{count:,} {'line is' if count == 1 else 'lines are'} dated {day}, as mostly where there is no date"
        yield Finding("warning", what, "If so, leave it empty: rows without a date are excluded and counted.")


def _days_in_utc(tx: Lines) -> Iterator[Finding]:
    """Moments written with a zone in which it was another day; only where no time zone is set."""
    for column in tx.profiles:
        if column.ours == "ordered_at" and column.elsewhere:
            lie = "lies on another day in its" if column.elsewhere == 1 else "lie on another day in their"
            what = f"{column.elsewhere:,} of {column.rows:,} order times {lie} own time zone than in UTC"
            to_do = "Days are those of UTC: set transactions.timezone to the shop's zone, as Europe/Berlin, or to UTC."
            yield Finding("warning", what, to_do)


def _thousands_lost(tx: Lines) -> Iterator[Finding]:
    """What 1.234 looks like where a point parts thousands: never a digit more or less, and never 1,000."""
    thirds, fractions, others, largest = tx.connection.execute("""
        SELECT count(*) FILTER (money % 0.01 <> 0), count(*) FILTER (money % 1 <> 0),
            count(*) FILTER (money % 0.001 <> 0 OR (money % 1 <> 0 AND abs(money) < 1)), max(abs(money))
        FROM lines""").fetchall()[0]
    if thirds >= SOME and 2 * thirds > fractions and not others and largest < 1000:
        what = f"{thirds:,} amounts have three digits after the point, as 1.234, and none reaches 1,000"
        yield Finding("warning", what, "If that means 1234, write it so: it is read as a thousandth of that.")


def _orders_for_nothing(tx: Lines) -> Iterator[Finding]:
    """Who buys on many days for next to nothing, where a usual line brings money: mostly staff and test accounts."""
    customers, days, every, examples = tx.connection.execute(f"""
        WITH bought AS (
            SELECT customer_id, count(DISTINCT day) AS days, avg(money) AS mean FROM lines
            WHERE is_purchase GROUP BY customer_id),
        usual AS (SELECT median(money) AS line FROM lines WHERE is_purchase AND money > 0),
        nothing AS (SELECT * FROM bought, usual WHERE days >= {OFTEN} AND mean < {NOTHING} * line)
        SELECT count(*), coalesce(sum(days), 0), (SELECT sum(days) FROM bought),
            list(CAST(customer_id AS VARCHAR) ORDER BY days DESC, customer_id)
        FROM nothing""").fetchall()[0]
    if customers:
        bought = "1 customer has bought" if customers == 1 else f"{customers:,} customers have bought"
        what = (
            f"{bought} for next to nothing on {OFTEN} days or more, {days:,} of {every:,} order days of all customers"
        )
        to_do = "If they are staff or tests, leave their rows out: they count as loyal customers."
        yield Finding("warning", what, to_do, tuple(examples[:EXAMPLES]))


def _currencies(tx: Lines) -> Iterator[Finding]:
    if len(tx.currencies) > 1:
        what = f"The log names {len(tx.currencies):,} currencies ({some(tx.currencies)}), and its amounts are added up"
        yield Finding(
            "warning", what, "Convert the amounts to one currency, unless they have been; or read one at a time."
        )


def _discounts_below_zero(tx: Lines) -> Iterator[Finding]:
    below, given, lowest = tx.connection.execute("""
        SELECT count(*) FILTER (discount < 0), count(*) FILTER (discount <> 0), min(discount)
        FROM lines WHERE is_purchase""").fetchall()[0]
    if below and not (tx.layout and below == given):  # of a known export, Square's, that is how it writes them
        what = f"{below:,} of the {given:,} discounts of purchases are below zero, the lowest {lowest:,.2f}"
        to_do = (
            "Each counts as a discount of its size, for some logs write discounts as negatives; leave it empty where a "
            "surcharge is meant."
        )
        yield Finding("advice" if below == given else "warning", what, to_do)


def _ids_of_nobody(tx: Lines) -> Iterator[Finding]:
    rows, ids = tx.connection.execute(f"""
        SELECT count(*), list_sort(list(DISTINCT customer_id)) FROM lines
        WHERE lower(trim(customer_id)) IN {_sql_tuple(NOBODY)}""").fetchall()[0]
    if rows:
        what = f"{rows:,} {'line has' if rows == 1 else 'lines have'} a customer who may be nobody ({some(ids)})"
        yield Finding(
            "warning", what, "If so, leave those ids empty: rows without a customer are excluded and counted."
        )


def _ids_that_look_alike(tx: Lines) -> Iterator[Finding]:
    seen = f"regexp_replace(nfc_normalize(customer_id), '{UNSEEN}', '', 'g')"
    looks = f"lower(translate({seen}, {literal(TWINS[0])}, {literal(TWINS[1])}))"
    (alike,) = tx.connection.execute(f"""
        SELECT coalesce(sum(ids), 0) FROM (
            SELECT count(*) AS ids FROM (SELECT DISTINCT customer_id FROM lines) GROUP BY {looks} HAVING ids > 1
        )""").fetchall()[0]
    if alike:
        what = f"{alike:,} customer ids differ from another in case, blanks or look-alike letters only"
        yield Finding("advice", what, "They count as different customers: write an id in one way if they are not.")


def _ids_with_leading_zeros(tx: Lines) -> Iterator[Finding]:
    bare = "ltrim(customer_id, '0')"
    count, pairs = tx.connection.execute(f"""
        WITH ids AS (SELECT DISTINCT customer_id FROM lines),
        zeros AS (SELECT DISTINCT {bare} AS bare FROM ids WHERE starts_with(customer_id, '0')),
        twins AS (SELECT list(customer_id ORDER BY customer_id) AS alike FROM ids JOIN zeros ON {bare} = bare
                  GROUP BY bare HAVING count(*) > 1)
        SELECT coalesce(sum(len(alike)), 0), list(alike ORDER BY alike) FROM twins""").fetchall()[0]
    if count:
        what = f"{count:,} customer ids differ from another in leading zeros only"
        to_do = "They count as different customers: write an id in one way if they are not."
        yield Finding("warning", what, to_do, tuple(" and ".join(pair) for pair in pairs[:EXAMPLES]))


def _ids_with_exponents(tx: Lines) -> Iterator[Finding]:
    ids = tx.connection.execute(
        f"SELECT DISTINCT customer_id FROM lines WHERE regexp_full_match(customer_id, '{EXPONENT}') ORDER BY ALL"
    ).fetchall()
    if ids:
        what = f"{len(ids):,} customer {'id is' if len(ids) == 1 else 'ids are'} written with an exponent"
        to_do = (
            "So spreadsheets show long numbers, and lose their last digits: many customers may have become one. Export "
            "the ids again, as text."
        )
        yield Finding("warning", what, to_do, tuple(found for (found,) in ids[:EXAMPLES]))


def _sql_tuple(texts: tuple[str, ...]) -> str:
    return f"({literals(texts)[1:-1]})"
