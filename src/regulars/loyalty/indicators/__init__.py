"""Measures of loyalty that a log carries, and the shop's own index of them."""
