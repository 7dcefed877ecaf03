"""What a text stands for: numbers, days and moments, as SQL expressions."""
