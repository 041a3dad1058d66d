"""Whether what documents say agrees with the ledger, among themselves, and with the file store."""
