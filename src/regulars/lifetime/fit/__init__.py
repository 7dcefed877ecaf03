"""Fitting: what is checked, compressed and climbed, whatever the model."""
