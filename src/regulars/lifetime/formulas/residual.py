"""Discounted purchases in all the future of customers who buy regularly, by two quadratures.

Given the rate λ a stage is worth φ = λ/(λ + δ) at its end, so that purchases are worth

    φ^(k−j) · Σ_m (q φ^k)^m = φ^−j / (p + c),   m from 0 on, c = φ^−k − 1,

of which the mean is taken over p ~ Beta(a, b) and λ ~ Gamma(r, α).
"""

from __future__ import annotations

import numpy as np
from scipy.special import betaln, gammaln

from regulars.arrays import Floats
from regulars.lifetime.formulas.counts import Numbers

NODES = 128  # of ln λ
LOGITS: Floats = np.arange(-75, 76) * np.float64(0.4)  # of p
DEEP = 40.0  # −ln of the share of an integral that may be left out


def residual_purchases(k: int, stage: int, r: Floats, alpha: Floats, a: Numbers, b: Numbers, rate: float) -> Floats:
    """∫₀^∞ e^{−δs} dE[X(s)], by the trapezoidal rule over ln λ."""
    sparse = np.maximum(0, np.log(r / (rate * alpha))) + DEEP / (r + k - stage)  # purchases beyond are worth nothing
    left = 9 / np.sqrt(r) + np.minimum(DEEP / r, sparse)
    right = np.log1p((9 * np.sqrt(r) + DEEP) / r)
    step = (left + right) / (NODES - 1)
    total: Floats = np.zeros_like(r)
    for node in range(NODES):
        log_stages = np.log(r) - left + step * node
        stages = np.exp(log_stages)
        dearer = np.log1p(rate * alpha / stages)  # −ln φ
        density = np.exp(r * log_stages - stages - gammaln(r))
        total = total + step * density * np.exp(stage * dearer) * mean_inverse(np.expm1(k * dearer), a, b)
    return total


def mean_inverse(c: Floats, a: Numbers, b: Numbers) -> Floats:
    """E[1/(p + c)], p ~ Beta(a, b): that of the chord from p = 0 to 1, less what is below it, summed over logit p."""
    log_beta, centre = betaln(a, b), np.log((a + 1) / (b + 1))
    width = np.minimum(1, 2 * np.sqrt(1 / (a + 1) + 1 / (b + 1)))
    below = np.zeros_like(c)
    for u in LOGITS:
        logit = centre + width * u
        density = np.exp(-(a + 1) * np.log1p(np.exp(-logit)) - (b + 1) * np.log1p(np.exp(logit)) - log_beta)
        below += density / (1 / (1 + np.exp(-logit)) + c)
    inverse: Floats = (b / c + a / (1 + c)) / (a + b) - (LOGITS[1] - LOGITS[0]) * width * below / (c * (1 + c))
    return inverse
