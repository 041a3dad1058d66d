"""Autopay: invoices that are paid by themselves, announced before, within a ceiling, until it is stopped."""
