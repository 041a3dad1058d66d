"""How documents come in by the thousand: read, check and stage the whole input, then decide and write it by account."""
