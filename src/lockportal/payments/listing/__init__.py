"""Lists for the supplier's people: payments as they look for them, and cash that stands unapplied."""
