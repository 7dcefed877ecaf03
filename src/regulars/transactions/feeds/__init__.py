"""Feeds: what a shop knows of its customers beside their orders, read through the same door as the log."""
