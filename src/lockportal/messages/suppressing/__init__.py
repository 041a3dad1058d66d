"""Addresses that are dead: what servers report of them, and who says that they live."""
