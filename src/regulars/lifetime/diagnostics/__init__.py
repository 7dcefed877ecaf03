"""Whether a fit can be trusted: certificate, intervals, simulation, and `lifetimes` as an independent check."""
