"""Papers of the supplier itself, for all its customers: a tax form, a bank letter, an insurance certificate."""
