"""The days of a shop: its calendar, holidays, the peak of its year, how fresh the log is."""
