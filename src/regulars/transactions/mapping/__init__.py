"""Which of the user's columns is which, and what each holds."""
