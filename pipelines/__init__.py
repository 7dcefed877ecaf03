"""The flows: each readable aloud, no logic."""
