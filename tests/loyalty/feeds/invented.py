"""Feeds that are invented beside a real log, and what plain pandas knows of both before a cutoff."""

from __future__ import annotations

import numpy as np
import pandas as pd

CUTOFF = pd.Timestamp("1998-01-01")
FIRST = pd.Timestamp("1997-01-15")
STRANGER = "nobody"


def days(rng: np.random.Generator, count: int) -> pd.Series:
    """Days from the log's beginning to half a year after the cutoff."""
    return pd.Series(FIRST + pd.to_timedelta(rng.integers(0, 530, count), "D"))


def drawn(lines: pd.DataFrame, count: int, seed: int) -> pd.DataFrame:
    """Customers of the log, some of them twice, each with a day; and one that the log does not have."""
    rng = np.random.default_rng(seed)
    ids = np.append(rng.choice(lines["customer_id"].unique(), count - 1), STRANGER)
    return pd.DataFrame({"customer_id": ids, "day": days(rng, count)})


def surveys(lines: pd.DataFrame, count: int = 5000) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    score = pd.Series(rng.integers(0, 11, count), dtype="float64").mask(rng.random(count) < 0.3)
    return drawn(lines, count, 2).assign(score=score)


def complaints(lines: pd.DataFrame, count: int = 900) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    found = drawn(lines, count, 4)
    took = pd.to_timedelta(rng.integers(0, 80, count), "D")
    resolved = (found["day"] + took).mask(rng.random(count) < 0.3)
    asked = (resolved + pd.Timedelta(days=5)).mask(rng.random(count) < 0.6)
    given = pd.Series(rng.integers(0, 30, count), dtype="float64").mask(rng.random(count) < 0.2)
    return found.assign(resolved_on=resolved, compensation=given, followed_up_on=asked)


def known(feed: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """The rows that count at the cutoff: each row once, before it, of customers who ordered before it."""
    customers = lines.loc[lines["date"] < CUTOFF, "customer_id"].unique()
    rows = feed.drop_duplicates().query("day < @CUTOFF")
    return rows[rows["customer_id"].isin(customers)]


def in_another_future(feed: pd.DataFrame, *later: str) -> pd.DataFrame:
    """The same feed up to the cutoff, and other values from it on; `later` are days that may come after their row."""
    future = feed["day"] >= CUTOFF
    made = feed.copy()
    made.loc[future, "day"] = made.loc[future, "day"] + pd.Timedelta(days=9)
    made.loc[future, "customer_id"] = made["customer_id"].iloc[0]
    for name in later:
        made.loc[future, name] = pd.NaT
        ends = made[name].isna() | (made[name] >= CUTOFF)
        made[name] = made[name].mask(ends & ~future, CUTOFF + pd.Timedelta(days=77))
    return pd.concat([made, made[future].assign(day=CUTOFF, customer_id=made["customer_id"].iloc[1])])


def contacts(lines: pd.DataFrame, count: int = 2500) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    found = drawn(lines, count, 6).assign(direction=rng.choice(["inbound", "outbound", ""], count, p=[0.2, 0.5, 0.3]))
    old = found["day"].where(found.index % 9 > 0, CUTOFF - pd.to_timedelta(rng.integers(364, 368, count), "D"))
    return found.assign(day=old)


def costs(lines: pd.DataFrame) -> pd.DataFrame:
    """What each month cost, twice of one day; and own costs of a few customers."""
    months = pd.date_range("1996-12-01", "1998-04-01", freq="MS") + pd.Timedelta(days=9)
    shared = pd.DataFrame({"day": months, "amount": 500.0 + 10.0 * np.arange(len(months))})
    own = drawn(lines, 60, 7).assign(amount=7.5)
    return pd.concat([shared, shared.head(1), own], ignore_index=True)


def leads(lines: pd.DataFrame) -> pd.DataFrame:
    """People some of whom order later, some of whom had ordered before, and some of whom never do."""
    rng = np.random.default_rng(8)
    first = lines.groupby("customer_id")["date"].min()
    buyers = pd.Series(first.index[::3])
    day = first.loc[buyers].reset_index(drop=True) - pd.to_timedelta(rng.integers(-9, 60, len(buyers)), "D")
    never = pd.DataFrame({"customer_id": [f"lead {k}" for k in range(400)], "day": days(rng, 400)})
    found = pd.concat([pd.DataFrame({"customer_id": buyers, "day": day}), never], ignore_index=True)
    qualified = found["day"] + pd.to_timedelta(rng.integers(0, 150, len(found)), "D")
    return found.assign(
        qualified_on=qualified.mask(rng.random(len(found)) < 0.4), channel=rng.choice(["fair", "web"], len(found))
    )


def referrals(lines: pd.DataFrame) -> pd.DataFrame:
    """Customers who were asked; some named a person who orders later, some one who never does."""
    rng = np.random.default_rng(9)
    first = lines.groupby("customer_id")["date"].min()
    won = pd.Series(first.index[::4])
    named = pd.DataFrame(
        {"referred_id": won, "day": first.loc[won].to_numpy() - pd.to_timedelta(rng.integers(-3, 9, len(won)), "D")}
    )
    nobody = pd.DataFrame({"referred_id": [f"friend {k}" for k in range(80)], "day": days(rng, 80)})
    asked = pd.DataFrame({"day": days(rng, 300)})
    found = pd.concat([named, nobody, asked], ignore_index=True)
    early = first.index[first <= first.quantile(0.3)]
    return found.assign(customer_id=rng.choice(early, len(found)))
