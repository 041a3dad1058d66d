"""Whether payments follow from their operations, and the ledger from them."""
