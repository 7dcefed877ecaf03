"""The result of measuring a campaign: every effect, and what it means in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from regulars.retention.power import smallest_visible
from regulars.tables import CONTROL, MEASURED, TREAT
from regulars.windows import Windows

EVERYBODY = "all"
DIFFERENCE, ADJUSTED = "difference", "adjusted"
CLAIM = 0.2  # "20 % of contacts buy", as retention courses say
UNITS = {"ordered": "customers who ordered", "order_days": "orders", "revenue": "revenue", "margin": "margin"}


@dataclass(frozen=True, eq=False)
class Measurement:
    """What a campaign brought.

    Parameters
    ----------
    campaign : str
    windows : Windows
        The window in which outcomes count.
    start_from : str
        Where its first day comes from.
    treated, control : int
        Customers of the two groups that are compared.
    effects : DataFrame
        A row for each outcome, part, horizon and method.
    two_horizons_from : date or None
        The first day on which effects over two horizons can be had; None where they are there.
    redeemed, contacted : (float, float) or None
        Shares of the treated and of the controls who bought at a discount, and who were contacted; None: not known.
    missing : int
        Customers of the list who are not in the log, and not compared.
    cost_basis : str or None
        How the costs of the contacts are known; None without money.
    expected_profit : float
        What the list expected of those to be contacted.
    balance : dict of str to float
        Standardised differences between the groups in what was known before (`power.balance`).
    records : DataFrame
        What goes into the campaign history.
    """

    campaign: str
    windows: Windows
    start_from: str
    treated: int
    control: int
    effects: pd.DataFrame
    two_horizons_from: Any
    redeemed: tuple[float, float] | None
    contacted: tuple[float, float] | None
    missing: int
    cost_basis: str | None
    expected_profit: float
    balance: dict[str, float]
    records: pd.DataFrame

    @property
    def frame(self) -> pd.DataFrame:
        """Every effect: columns `tables.MEASURED`."""
        return self.effects.loc[:, list(MEASURED)]

    def effect(self, outcome: str, *, method: str = ADJUSTED, horizons: int = 1) -> pd.Series | None:
        """One effect of all customers; None where the log has no money, or the second horizon has not ended.

        Parameters
        ----------
        outcome : str
            Such as `profit`; see the column of `effects`.
        method : str
            How the groups are compared.
        horizons : int
            1 for the outcome window, 2 for twice its length.

        Returns
        -------
        Series or None
            A row of `effects`.
        """
        of = self.effects
        rows = of[
            (of["by"] == EVERYBODY)
            & (of["outcome"] == outcome)
            & (of["method"] == method)
            & (of["horizons"] == horizons)
        ]
        return None if rows.empty else rows.iloc[0]

    @property
    def verdict(self) -> str:
        """gain, loss or no evidence: where the 90 % interval of the adjusted profit lies (without money: of orders)."""
        row = self.effect("profit")
        row = self.effect("ordered") if row is None else row
        assert row is not None
        return "gain" if row["low"] > 0 else "loss" if row["high"] < 0 else "no evidence"

    @property
    def in_words(self) -> str:
        """What it means, for a person."""
        return "\n".join(self.sentences())

    def sentences(self) -> Iterator[str]:
        """What it means, a sentence or two a line."""
        yield f"{self.campaign}: {self._verdict_in_words()}"
        yield (
            f"Compared: {self.treated:,} customers to contact with {self.control:,} held out, by what they did from "
            f"{self.windows.cutoff} ({self.start_from}) to {self.windows.last_day}. Everybody counts in their group, "
            "contacted or not."
        )
        yield from self._balance()
        yield self._conversion()
        yield from self._totals()
        yield from self._second_horizon()
        yield from self._parts()
        yield from self._limits()

    def to_dict(self) -> dict[str, Any]:
        """Everything but the customers."""
        shares = {"redeemed": self.redeemed, "contacted": self.contacted}
        return {
            "campaign": self.campaign,
            "start": str(self.windows.cutoff),
            "start_from": self.start_from,
            "last_day": str(self.windows.last_day),
            "treated": self.treated,
            "control": self.control,
            "verdict": self.verdict,
            "two_horizons_from": str(self.two_horizons_from) if self.two_horizons_from else None,
            "missing": self.missing,
            "cost_basis": self.cost_basis,
            "expected_profit": self.expected_profit,
            "balance": self.balance,
            **{name: _by_group(both) for name, both in shares.items()},
            "effects": self.frame.to_dict("records"),
            "in_words": self.in_words,
        }

    def _verdict_in_words(self) -> str:
        row = self.effect("profit")
        if row is None:
            found = self.effect("ordered")
            assert found is not None
            return {
                "gain": "it brought orders.",
                "loss": "it did harm: fewer customers ordered than without it. Do not repeat it as it was.",
                "no evidence": f"no evidence that it brought or cost orders. {self._visible(found)}",
            }[self.verdict]
        money = f"{row['total']:,.0f} (90 %: {row['total_low']:,.0f} to {row['total_high']:,.0f})"
        expected = f"The list expected {self.expected_profit:,.0f}."
        return {
            "gain": f"it paid. Profit because of the campaign: {money}. {expected}",
            "loss": f"it lost money. Profit because of the campaign: {money}. {expected} Do not repeat it as it was.",
            "no evidence": f"no evidence of a gain or a loss. Profit because of the campaign: {money}. {expected}",
        }[self.verdict]

    def _visible(self, row: pd.Series) -> str:
        points = 100 * smallest_visible(float(row["control_mean"]), self.treated, self.control)
        return f"Groups of this size show a difference of {points:.0f} points or more."

    def _balance(self) -> Iterator[str]:
        """Whether the groups were alike before the campaign."""
        if not self.balance:
            return
        name = max(self.balance, key=lambda name: abs(self.balance[name]))
        chance = 2.0 * (1.0 / self.treated + 1.0 / self.control) ** 0.5
        apart = abs(self.balance[name])
        yield (
            f"Before the campaign, the groups differ most in {name}, by {apart:.2f} standard deviations; chance gives "
            f"up to about {chance:.2f}."
            + (" That is more: look whether the list was changed after the draw." if apart > 1.5 * chance else "")
        )

    def _conversion(self) -> str:
        plain, row = self.effect("ordered", method=DIFFERENCE), self.effect("ordered")
        assert plain is not None
        assert row is not None
        return (
            f"{100 * plain['treated_mean']:.1f} % of those to be contacted ordered; "
            f"{100 * plain['control_mean']:.1f} % of those held "
            f"out did too. So the contact changed {100 * row['effect']:+.1f} points (90 %: {100 * row['low']:+.1f} to "
            f"{100 * row['high']:+.1f}; not adjusted: {100 * plain['effect']:+.1f}, {100 * plain['low']:+.1f} to "
            f"{100 * plain['high']:+.1f}). “{100 * CLAIM:.0f} % of contacts buy” counts those who would have bought "
            f"anyway. {self._visible(row)}"
        )

    def _totals(self) -> Iterator[str]:
        for outcome, name in UNITS.items():
            row, plain = self.effect(outcome), self.effect(outcome, method=DIFFERENCE)
            if row is not None and plain is not None:
                yield (
                    f"Additional {name}: {row['total']:,.0f} (90 %: {row['total_low']:,.0f} to "
                    f"{row['total_high']:,.0f}); not adjusted {plain['total']:,.0f} ({plain['total_low']:,.0f} to "
                    f"{plain['total_high']:,.0f})."
                )
        if self.redeemed is not None:
            yield (
                f"{100 * self.redeemed[0]:.1f} % of those to be contacted bought at a discount, and "
                f"{100 * self.redeemed[1]:.1f} % of those held out."
            )
        if self.cost_basis:
            yield self.cost_basis

    def _second_horizon(self) -> Iterator[str]:
        if self.two_horizons_from:
            yield (
                "Whether orders were only brought forward shows after a second horizon: measure again with a log that "
                f"reaches to {self.windows.doubled().last_day}."
            )
            return
        name = "ordered" if self.effect("profit") is None else "profit"
        row = self.effect(name, horizons=2)
        assert row is not None
        unit = "profit" if name == "profit" else "customers who ordered"
        yield (
            f"Over two horizons, which takes off orders that were only brought forward: additional {unit} "
            f"{row['total']:,.0f} (90 %: {row['total_low']:,.0f} to {row['total_high']:,.0f})."
        )

    def _parts(self) -> Iterator[str]:
        """Effects by offer, kind and segment, with how many comparisons were made."""
        name = "ordered" if self.effect("profit") is None else "profit"
        rows = self.effects[(self.effects["outcome"] == name) & (self.effects["method"] == ADJUSTED)]
        for by, parts in rows[rows["by"] != EVERYBODY].groupby("by", sort=False):
            told = "; ".join(
                f"{row.part} {row.effect:+,.2f} ({row.low:+,.2f} to {row.high:+,.2f}, p {row.p_value:.2f})"
                for row in parts.itertuples()
            )
            yield (
                f"By {by}, {'profit' if name == 'profit' else 'chance to order'} for each customer: {told}. Of "
                f"{len(parts)} comparisons, intervals hold together at 90 % (Bonferroni) and p is Holm's: one that "
                "stands out by chance is not counted."
            )

    def _limits(self) -> Iterator[str]:
        if self.contacted is None:
            yield "Whether controls were contacted after all is not known: no feed of contacts was given."
        elif self.contacted[1] > 0:
            yield (
                f"{100 * self.contacted[1]:.1f} % of the control group were contacted after all, and "
                f"{100 * self.contacted[0]:.1f} % "
                "of those to be contacted: the effect of a contact is larger than what is shown."
            )
        if self.missing:
            yield (
                f"{self.missing:,} customers of the list are not in the log and are not compared: their ids may have "
                "changed."
            )


def _by_group(shares: tuple[float, float] | None) -> dict[str, float] | None:
    return None if shares is None else {TREAT: shares[0], CONTROL: shares[1]}
