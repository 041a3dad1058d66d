"""What stands behind the figures: groups of customers, and single documents."""
