"""Reasons: contributions to a prediction, summed by topic and put into sentences."""
