"""Who is about to stop buying, what each customer is worth, and whom it pays to win back."""
