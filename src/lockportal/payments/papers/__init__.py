"""Receipts and remittance advices as PDF."""
