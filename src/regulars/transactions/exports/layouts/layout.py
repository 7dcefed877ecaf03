"""What a layout is: how the columns of a known export are called, and what its rows mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from regulars.transactions.row_outcome import RowOutcome

Names = tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """Rows that are no purchases, told by what stands in one field.

    Parameters
    ----------
    outcome : RowOutcome
        How such a row ends.
    name : str
        The field.
    values : tuple of str
        The values that mean it, in any case and with or without accents; with a star at the end, what begins so.
        Without any: whatever stands there.
    others : bool
        The rows with any other value, or none, are meant.
    """

    outcome: RowOutcome
    name: str
    values: Names = ()
    others: bool = False


@dataclass(frozen=True)
class Layout:
    """One export of one platform.

    Fields are called as in `transactions.columns`; others are the layout's own, and its rules name them.

    Parameters
    ----------
    name : str
        The platform, as `transactions.layout` names it.
    title : str
        What the export is, for messages.
    needs : tuple of str
        Fields whose columns, all together, tell the export from any other.
    names : mapping of str to tuple of str
        Field: its column's names, the preferred first, those of other languages behind.
    customer : tuple of str
        Fields that tell the customer: the first one that holds something counts. `email` and `to_email` are read in
        lower case and without blanks.
    without_customer : str
        Where a column of the customer is to be had, for those whose file has none.
    product : tuple of str
        Fields that tell the product, likewise.
    of_order : tuple of str
        Fields that stand on one line of an order only, and hold for all of its lines; the amount of the others is 0.
    rules : tuple of Rule
        Rows that are excluded; the first that fits gives the reason.
    sales : tuple of str
        Values of the field `status` that mean a sale. One that neither these nor the rules name is reported.
    returned : Rule, optional
        Rows that are returns, whatever their sign.
    refunded : tuple of str
        Values of `status` that mean: given back in full. The amount is, where neither the field `refunded` nor a row
        below zero of the same order says how much.
    outgoing : bool
        A row below zero that is no return is money that the shop paid to others.
    nobody : tuple of str
        What stands for a customer who is not known.
    lines : bool
        An amount on each line of an order. Otherwise an order has one.
    utc : bool
        Times without a zone are in UTC. Otherwise the day that is written is the shop's, unless a time zone is named.
    warning : tuple of (str, str), optional
        What to beware of, and what to do about it.

    A field `adjusted` is what refunds left of the amount, where it is not 0.
    """

    name: str
    title: str
    needs: Names
    names: Mapping[str, Names]
    customer: Names
    without_customer: str
    product: Names = ()
    of_order: Names = ()
    rules: tuple[Rule, ...] = ()
    sales: Names = ()
    returned: Rule | None = None
    refunded: Names = ()
    outgoing: bool = False
    nobody: Names = ()
    lines: bool = False
    utc: bool = False
    warning: tuple[str, str] | None = None
