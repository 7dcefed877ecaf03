"""What to offer to whom next: products bought again, and products that the customers of one's own products buy."""
