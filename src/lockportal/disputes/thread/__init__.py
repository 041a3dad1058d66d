"""What is written about a dispute."""
