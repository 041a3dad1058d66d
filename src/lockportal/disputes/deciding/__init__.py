"""What the supplier's people do with a dispute."""
