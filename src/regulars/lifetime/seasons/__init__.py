"""Estimating the season from a log."""
