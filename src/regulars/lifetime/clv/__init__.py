"""What purchases and spend together are worth."""
