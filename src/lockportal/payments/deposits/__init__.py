"""Deposits: asked for, paid, and applied to the invoices of their order."""
