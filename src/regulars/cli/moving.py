"""How the customers move, in words: who came and left, second orders, months, cohorts, and how money is spread."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

from regulars.cli.layout import Lines, grid, money, number
from regulars.counted import counted

if TYPE_CHECKING:
    import pandas as pd

    from regulars.loyalty import Dynamics, FromFeed
    from regulars.loyalty.movements import Movement
    from regulars.loyalty.repeat_orders import Conversion

MONTHS = 12  # the last ones, and ages of cohorts
WITHIN = (30, 90, 180, 365)  # days


def movement(found: Dynamics) -> Lines:
    """The last period beside the one before it, and the money between them."""
    latest, days = found.latest, found.windows.horizon_days
    if latest is None:
        yield f"Periods of {days} days are not compared: the log is shorter than two of them before the cutoff."
        return
    was = {name: number(count) for name, count in latest.customers.items()}
    have, has = ("has" if latest.customers[name] == 1 else "have" for name in ("kept", "lost"))
    are = "is" if latest.customers["new"] == 1 else "are"
    yield (
        f"The last {days} days beside the {days} before: {counted(latest.before, 'customer')} before. "
        f"{was['kept']} {have} ordered since ({_percent(latest.retention)}), {was['lost']} {has} not; "
        f"{was['new']} {are} new and {was['back']} came back: {number(latest.now)} now."
    )
    if not math.isnan(latest.half_life_days):
        yield f"At this retention half of the customers would have stopped after {latest.half_life_days:,.0f} days."
    if not math.isnan(latest.money["now"]):
        yield from _money(latest)


def _money(latest: Movement) -> Lines:
    names = {
        "before": "before",
        "lost": "lost customers",
        "less": "kept, spend less",
        "more": "spend more than before",
        "back": "came back",
        "new": "new customers",
        "returns": "returns without orders",
        "now": "now",
    }
    yield from grid(["money", "amount"], [[name, money(latest.money[key])] for key, name in names.items()])
    yield (
        f"Revenue retention: gross {_percent(latest.gross_retention)}, net {_percent(latest.net_retention)} of what "
        "the same customers brought before. A retention one point higher would have brought "
        f"{money(latest.worth_of_point)}."
    )


def repeat_orders(found: Dynamics) -> Lines:
    """Shares of customers who get to a second and to a fourth order day."""
    names = [(f"order day {made.order}", made) for made in (found.second, found.habit)]
    rows = [[name, *(_within(made, days) for days in WITHIN)] for name, made in names]
    if found.second.customers:
        yield "customers who get there, by days since the first order (95 % interval)"
        yield from grid(["", *(f"{days} days" for days in WITHIN)], rows)
    yield found.second.who


def _within(made: Conversion, days: int) -> str:
    share, low, high = made.within(days)
    return "-" if math.isnan(share) else f"{100 * share:.0f} % ({100 * low:.0f} to {100 * high:.0f})"


def tenure(found: Dynamics) -> Lines:
    """The share who order in each month since the first order, and where its course bends."""
    frame, bend = found.tenure.frame, found.tenure.watershed
    if frame.empty:
        return
    rates = ", ".join(f"{100 * rate:.0f}" for rate in frame["repeat_rate"].head(MONTHS))
    yield f"of customers in their 1st, 2nd, … month of 30 days after the first order, so many in % order: {rates}"
    if bend is None:
        return
    where = f"month {bend.month:.1f} (95 % interval {bend.low:.1f} to {bend.high:.1f})"
    before, after = (f"{100 * slope:+.1f} points a month" for slope in (bend.slope_before, bend.slope_after))
    if bend.is_clear:
        yield f"The course bends at {where}: {before} before it, {after} after it."
    else:
        yield f"No clear watershed: a bend at {where} may be chance."


def by_first_order(found: Dynamics) -> Lines:
    """How often customers come back by what they began with, and where the course of each bends."""
    rows = found.by_first_order
    if rows.empty:
        return
    yield "customers by their first order: share who order in a month, over the first three, and where the course bends"
    yield from grid(
        ["first order", "customers", "order (95 % interval)", "bend, month"],
        [[_first_order(row), number(row["customers"]), _range(row), _bend(row)] for row in rows.to_dict("records")],
    )
    if rows["bend"].notna().any():
        yield "Of courses that do not bend, one in twenty would look as if it did."


def _first_order(row: Mapping[Hashable, Any]) -> str:
    return f"{row['by']} {row['kind']}"


def _range(row: Mapping[Hashable, Any]) -> str:
    rate, low, high = (100 * row[name] for name in ("repeat_rate", "repeat_low", "repeat_high"))
    return f"{rate:.0f} % ({low:.0f} to {high:.0f})"


def _bend(row: Mapping[Hashable, Any]) -> str:
    if math.isnan(row["bend"]):
        return "-"
    if not row["is_clear"]:
        return "none clear"
    return f"{row['watershed']:.1f} ({row['watershed_low']:.1f} to {row['watershed_high']:.1f})"


def order_course(found: Dynamics) -> Lines:
    """Whether the same customers order sooner and more as they go on."""
    course = found.order_course
    if course.empty:
        return
    first, last = course.iloc[0], course.iloc[-1]
    gaps = f"{course['gap_days'].iloc[1]:.0f} days before the 2nd and {last['gap_days']:.0f} before the 10th"
    amounts = (
        ""
        if math.isnan(first["money"])
        else f"; {money(first['money'])} on the 1st and {money(last['money'])} on the 10th"
    )
    yield f"{number(int(first['customers']))} customers have 10 order days or more. In the mean {gaps}{amounts}."
    if not math.isnan(last["bought_before"]):
        second = course["bought_before"].iloc[1]
        yield (
            f"Of the products of their 2nd order day they had bought {100 * second:.0f} % before, "
            f"of those of the 10th {100 * last['bought_before']:.0f} %."
        )


def months(found: Dynamics) -> Lines:
    """The last whole calendar months."""
    from regulars.features.arrivals import WARM_UP_DAYS

    if found.months.empty:
        return
    yield f"the last whole months; loyal: {number(found.loyal_orders)} order days or more before the month"
    yield from grid(
        ["month", "customers", "new", "loyal", "money", "of new %", "of loyal %"],
        [
            [
                f"{row['month']:%Y-%m}",
                *(number(row[name]) for name in ("customers", "new_customers", "loyal_customers")),
                money(None if row["money"] != row["money"] else row["money"]),
                *(_share(row[name], row["money"]) for name in ("new_money", "loyal_money")),
            ]
            for row in found.months.tail(MONTHS).to_dict("records")
        ],
    )
    weakest, always = found.loyal_share
    if not math.isnan(always):
        yield (
            f"Loyal customers brought {_percent(weakest)} of the money in the weakest months (a quarter of all), and "
            f"{_percent(always)} over all months. Left out are months that begin in the log's first {WARM_UP_DAYS} "
            "days, in which it shows hardly anybody as loyal yet."
        )


def cohorts(found: Dynamics) -> Lines:
    """The share of each cohort that ordered in each month of its age, and what its customers brought."""
    shares = found.cohorts.retention
    if shares.empty:
        return
    ages = list(range(1, min(MONTHS, int(shares.columns.max())) + 1))
    sizes, earned = found.cohorts.sizes.tail(MONTHS), found.cohorts.money_per_customer.tail(MONTHS)
    yield "customers by the month of their first order, and the share in % who ordered so many months later"
    yield from grid(
        ["cohort", "customers", *map(str, ages), "money each"],
        [
            [
                f"{month:%Y-%m}",
                number(size),
                *("" if math.isnan(row[age]) else f"{100 * row[age]:.0f}" for age in ages),
                _last([amount for amount in amounts if amount == amount]),
            ]
            for (month, row), size, amounts in zip(
                shares.tail(MONTHS).iterrows(), sizes.tolist(), earned.to_numpy().tolist(), strict=True
            )
        ],
    )
    if (paid := found.payback) is not None:
        back, of, stated = paid["payback_months"].dropna(), paid["ratio"].count(), found.acquisition_cost
        cost = f"{money(stated)} a customer" if isinstance(stated, float) else "what winning them cost (feed costs)"
        yield (
            f"{number(len(back))} of {number(of)} cohorts have earned back {cost}, half of these by "
            f"month {back.median():.0f} (0 is the month of the first order)."
            if len(back)
            else f"No cohort has earned back {cost} yet."
        )


def concentration(found: Dynamics) -> Lines:
    """What the top customers bring."""
    spread = found.concentration
    if not math.isnan(spread.gini):
        yield (
            f"In the last 365 days the top 20 % of all customers brought {_percent(spread.tops[0.2])}; "
            f"{_percent(spread.share_for_most)} brought 80 %. Gini coefficient {spread.gini:.2f}."
        )


def drivers(found: pd.DataFrame) -> Lines:
    """What clearly goes with loyalty."""
    from regulars.loyalty.associations.driver import comparisons

    counts = comparisons(found)
    clear, tried = found.loc[found["is_clear"] & counts, "meaning"], int(counts.sum())
    if tried:
        yield f"What goes with loyalty: {number(len(clear))} of {number(tried)} comparisons show a clear difference."
    yield from (f"  {sentence}" for sentence in clear)


def from_feed(told: FromFeed) -> Lines:
    """What became of the rows of a feed, and what it tells."""
    yield told.ledger.in_words
    yield from (f"  {sentence}" for sentence in told.findings["meaning"])


def _share(part: float, whole: float) -> str:
    return "-" if not whole > 0 else f"{100 * part / whole:.0f}"


def _percent(share: float) -> str:
    return "-" if math.isnan(share) else f"{100 * share:.0f} %"


def _last(amounts: list[float]) -> str:
    return money(amounts[-1]) if amounts else "-"
