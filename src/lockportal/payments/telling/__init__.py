"""What payers and their colleagues are told of payments by mail."""
