"""What is known of single customers: attributes, their own history, the part that they fall into."""
