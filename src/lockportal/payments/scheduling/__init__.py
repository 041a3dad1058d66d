"""Payments on a later day: said once, worked out anew on the day, never for more than was said."""
