"""What follows after a payment was begun: captures, voids and refunds, and everything that is observed of it."""
