"""The mathematics that several models share."""
