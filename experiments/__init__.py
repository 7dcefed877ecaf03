"""What made the figures in docs/: each module prints its tables, or writes the exact values that tests compare with.

`how_good`: accuracy out of time on real logs (docs/how-good.md). `lifetime_holdouts`: purchase models on holdouts, and
`interval_coverage`: how often intervals contain the truth (docs/lifetime-models.md). `exact_closed_forms`,
`exact_pareto`, `exact_regular`: values to 50 digits (tests/golden). `worlds`: parameters of simulated customers.
"""
