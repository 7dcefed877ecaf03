"""Whether scores can still be trusted: the log, features and scores against those of training, and outcomes."""
