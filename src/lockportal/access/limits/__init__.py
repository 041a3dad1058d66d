"""How often something may be asked for: fixed windows of the `limits` library over a table of our own."""
