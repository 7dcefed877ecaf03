"""What each customer prefers, and how sure that is."""
