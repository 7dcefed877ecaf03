"""Whether a log is fit to learn from: faults, warnings, rhythms."""
