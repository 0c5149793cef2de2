"""The controls of one task, and what the user has put into them."""
