"""MBG/CNBD-k: regular gaps between purchases, and after every one, the first too, a coin."""

from __future__ import annotations

from regulars.lifetime.models.regular import RegularTimingModel


class MBGCNBD(RegularTimingModel):
    """How often customers buy, and whether they have left, where gaps are regular and anyone can leave at once.

    As the `MBGNBD`, but a customer's gaps are Erlang-k: the larger k, the less they vary. Time since the last purchase
    then tells more: soon after a purchase the next one is not due yet, and long after it the customer has left sooner.

    Parameters
    ----------
    k : int, optional
        Degree of regularity, 1 being purely random; chosen by likelihood over 1, 2, … 12 where it is not given. The
        column `log_gaps` of the summary tells it best; without it only how long and how many tell.
    seasonality : Season, optional
        How much customers buy on each day of the year. The summary then is in days, with a column `cutoff`; `log_gaps`
        is not read.

    Attributes
    ----------
    params_ : dict
        `k`; `r`, `alpha` (shape and rate of the Gamma of the rates of stages, k of which make a purchase; alpha in the
        summary's unit of time); `a`, `b` (the Beta of the probability of leaving after a purchase).
    log_likelihood_ : float
        Total over customers, in the summary's unit of time.
    likelihoods_ : dict
        The highest likelihood at every k that was tried; they rise to the best and are left at the first fall.

    Notes
    -----
    With n = r + kx (Reutterer, Platzer & Schröder 2021, IJRM 38(1)):

        L = B(a, b + x + 1)/B(a, b) · Γ(n) α^r / Γ(r) · (Π g_i)^(k−1) / Γ(k)^x
            · [ Σ_j Γ(n + j)/(Γ(n) j!) · (T − t_x)^j · (α + T)^−(n+j)
                + a/(b + x) · (α + t_x)^−n ],   j from 0 to k − 1,

    over the gaps g_i between order days, of which only Σ ln g_i is needed (column `log_gaps`). Where they are not
    known, (Π g_i)^(k−1) / Γ(k)^x gives way to its mean over all gaps that sum to t_x, t_x^((k−1)x) Γ(x) / Γ(kx): the
    density of t_x is then that of kx stages. The other parameters at a given k do not change, but k is told less
    surely.
    Expected purchases are exact; the paper and BTYDplus approximate them by those of an MBG/NBD.

    Examples
    --------
    >>> import pandas as pd
    >>> model = MBGCNBD.from_params({"k": 2, "r": 1.329, "alpha": 2.813, "a": 0.425, "b": 0.79})
    >>> customer = pd.DataFrame({"frequency": [6, 6], "recency": [50.0, 30.0], "T": [52.0, 52.0]})
    >>> customer.assign(orders=model.expected_purchases(customer, 52), alive=model.probability_alive(customer)).round(4)
       frequency  recency     T  orders   alive
    0          6     50.0  52.0  5.2254  0.9354
    1          6     30.0  52.0  0.5859  0.0980
    """

    name = "mbg_cnbd_k"
    coin_at_birth = 1
