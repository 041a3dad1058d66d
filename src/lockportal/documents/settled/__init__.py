"""Invoices that were settled: when, after how many days, and how late."""
