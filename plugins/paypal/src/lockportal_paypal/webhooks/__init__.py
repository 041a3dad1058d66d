"""What PayPal sends on its own: verified without asking its API, and translated."""
