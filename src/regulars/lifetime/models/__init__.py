"""One file a model, and what all models have in common."""
