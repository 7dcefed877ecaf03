"""Surveys: how many would recommend the shop, in which segments, and what they bought afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from regulars.features import reading_facts
from regulars.loyalty.associations.at_start import AtStart, at_start, reaches
from regulars.loyalty.associations.driver import (
    MONEY,
    POINTS,
    SCORE,
    SHARE,
    Driver,
    enough,
    interval,
    money,
    percent,
)
from regulars.loyalty.associations.estimates import (
    LEVEL,
    Estimate,
    difference_of_means,
    difference_of_shares,
    share,
)
from regulars.loyalty.feeds.feed_and_log import EVENTS, LEAST, FeedAndLog, of_hundred
from regulars.texts import TEXT_DTYPE

PROMOTER, PASSIVE, DETRACTOR = "promoter", "passive", "detractor"
SILENT = "no answer"
ADDED = 3.0  # answers that are added for the interval, a quarter of them at either end


def net_promoter_score(groups: pd.Series) -> Estimate:
    """Percent of promoters less percent of detractors, with its 95 % interval.

    Parameters
    ----------
    groups : Series
        promoter (a score of 9 or 10), passive (7 or 8) or detractor (0 to 6), one a customer.

    Notes
    -----
    With p and d the shares of promoters and detractors and n the answers, the score is 100 (p − d), and its variance
    100² (p + d − (p − d)²) / n. The interval is Wald's after three answers have been added, ¾ to each end and 1½ to the
    middle: plain Wald fails where few answered (Rocks 2016, Am. Stat. 70).
    """
    count = len(groups)
    up, down = float((groups == PROMOTER).sum()), float((groups == DETRACTOR).sum())
    more = count + ADDED
    p, d = (up + ADDED / 4) / more, (down + ADDED / 4) / more
    reach = float(ndtri(0.5 + LEVEL / 2)) * np.sqrt((p + d - (p - d) ** 2) / more)
    low, high = np.clip([p - d - reach, p - d + reach], -1.0, 1.0)
    return Estimate(100 * (up - down) / count, 100 * float(low), 100 * float(high))


def groups_of(score: pd.Series) -> pd.Series[str]:
    """Promoters, passives and detractors by their scores."""
    named = np.select([score >= 9, score >= 7, score.notna()], [PROMOTER, PASSIVE, DETRACTOR], SILENT)
    return pd.Series(named, score.index, dtype=TEXT_DTYPE)


def last_answers(rows: pd.DataFrame) -> pd.DataFrame:
    """The last row of each customer that has a score, else the last one; index the customer, with `group`."""
    ordered = rows.assign(answered=rows["score"].notna()).sort_values(["answered", "day", "score"], kind="stable")
    last = ordered.drop_duplicates("customer", keep="last").set_index("customer")
    return last.assign(group=groups_of(last["score"]))


def _last(both: FeedAndLog) -> pd.DataFrame:
    return last_answers(both.rows)


def findings(both: FeedAndLog) -> Iterator[Driver]:
    """The score of all and by segment (the lowest first), who answered, and what each group bought afterwards."""
    asked = both.once(_last)
    answers = asked[asked["group"] != SILENT]
    if len(answers) < LEAST:
        return
    yield _scored("nps", "customers who answered", answers["group"])
    segments = both.of_customers(answers["group"]).assign(segment=both.customers["segment"]).dropna()
    by_segment = [
        _scored("nps_by_segment", f"segment {name}", own["group"])
        for name, own in segments.groupby("segment")
        if len(own) >= LEAST
    ]
    yield from sorted(by_segment, key=lambda found: found.estimate.value)
    yield from _response(both.rows)
    yield from _behaviour(both)


def customers(both: FeedAndLog) -> pd.DataFrame:
    """The last answer of every customer; index `customer_id`."""
    told = both.once(_last)[["day", "score", "group"]].set_axis(
        ["survey_day", "survey_score", "survey_group"], axis="columns"
    )
    return both.of_customers(told)


def _scored(driver: str, group: str, answers: pd.Series) -> Driver:
    found, count = net_promoter_score(answers), len(answers)
    text = f"Net promoter score of {group}: {found.value:+.0f} {interval(f'{found.low:+.0f}', f'{found.high:+.0f}')}"
    shares = ", ".join(f"{percent(float((answers == name).mean()))} {name}s" for name in (PROMOTER, DETRACTOR))
    return Driver(driver, group, "", SCORE, found, count, 0, "", f"{text}, {count:,} answers: {shares}.")


def _response(rows: pd.DataFrame) -> Iterator[Driver]:
    asked, answered = len(rows), int(rows["score"].notna().sum())
    if asked == answered:  # the feed holds answers alone
        return
    found = share(answered, asked)
    ends = interval(percent(found.low), percent(found.high))
    meaning = f"Of {asked:,} times that a customer was asked, {percent(found.value)} were answered {ends}."
    yield Driver("survey_response", "customers who were asked", "", SHARE, found, asked, 0, "", meaning)


def _behaviour(both: FeedAndLog) -> Iterator[Driver]:
    """What customers did in the horizon before the cutoff, by their answers before it began."""
    window = both.windows.before_cutoff()
    if not reaches(both.tx, window):
        return
    start = at_start(both.tx, window)
    answers = last_answers(both.feed.at(start.windows, both.tx).frame)["group"]
    group = answers.reindex(start.frame["customer_id"]).fillna(SILENT).to_numpy()
    value = _order_value(both, start)
    for name, others in ((DETRACTOR, "detractors"), (SILENT, "customers who never answered")):
        among = (group == PROMOTER) | (group == name)
        yield from _repeat(start, others, group == name, among)
        yield from _value(start, others, group == name, among & np.isfinite(value), value)


def _repeat(start: AtStart, group: str, exposed: NDArray[np.bool_], among: NDArray[np.bool_]) -> Iterator[Driver]:
    came, these = ~start.left[among], exposed[among]
    if not enough(these, came, least=LEAST, events=EVENTS):
        return
    found = difference_of_shares(came, these, start.covariates[among])
    text = (
        f"of 100 {group}, {of_hundred(found.value)} ordered in {start.windows.horizon_days} days than of 100 promoters "
        f"{start.equal} {interval(of_hundred(found.low), of_hundred(found.high))}."
    )
    yield Driver.between(("repeat_by_answer", group, "promoters"), POINTS, found, these, start.adjusted_for, text)


def _value(
    start: AtStart, group: str, exposed: NDArray[np.bool_], among: NDArray[np.bool_], value: NDArray[np.float64]
) -> Iterator[Driver]:
    these = exposed[among]
    if not enough(these, least=LEAST):
        return
    found = difference_of_means(value[among], these, start.covariates[among])
    text = (
        f"an order day of {group} brought {money(found.value)} than one of promoters {start.equal} "
        f"{interval(money(found.low), money(found.high))}."
    )
    yield Driver.between(("order_value_by_answer", group, "promoters"), MONEY, found, these, start.adjusted_for, text)


def _order_value(both: FeedAndLog, start: AtStart) -> NDArray[np.float64]:
    """Mean money of the purchases of an order day in the window; NaN who has none, and where the log has no money."""
    if not both.tx.has_money:
        return np.full(len(start.frame), np.nan)
    with reading_facts(both.tx, both.windows) as (connection, facts):
        found = connection.execute(f"""
            SELECT customer_id, avg(gross)::DOUBLE AS value FROM {facts}
            WHERE lines > 0 AND {start.windows.label_sql("day")} GROUP BY customer_id""").df()
    values = found.set_index("customer_id")["value"].reindex(start.frame["customer_id"])
    return values.to_numpy(np.float64)
