"""Exports of well-known shops, recognised by their header, and the usual names of columns."""
