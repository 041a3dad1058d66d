"""The sums that figures are made of."""
