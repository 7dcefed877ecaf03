"""What feeds tell of customers beside their orders: surveys, complaints, contacts, costs, leads, referrals."""
