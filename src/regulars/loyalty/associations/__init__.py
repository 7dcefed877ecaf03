"""What goes with loyalty: associations between what customers did and what followed, each with an interval."""
