"""What feeds tell about customers beside their orders: surveys, complaints, contacts, costs, leads, referrals."""
