"""Worlds whose truth is known: customers are drawn from them, and what was fitted is held beside them."""

from __future__ import annotations

PURCHASE_WORLDS = {
    "nbd": {"r": 0.8, "alpha": 12.0},
    "bg_nbd": {"r": 0.8, "alpha": 6.0, "a": 0.8, "b": 2.5},
    "mbg_nbd": {"r": 1.2, "alpha": 7.0, "a": 0.9, "b": 1.6},
    "pareto_nbd": {"r": 0.9, "alpha": 6.0, "s": 0.8, "beta": 15.0},
    "bg_cnbd_k": {"k": 2, "r": 0.9, "alpha": 3.0, "a": 0.6, "b": 2.5},
    "mbg_cnbd_k": {"k": 3, "r": 1.3, "alpha": 2.8, "a": 0.5, "b": 1.1},
}
SPEND_WORLDS = {"gamma_gamma": {"p": 6.0, "q": 4.0, "gamma": 15.0}}
