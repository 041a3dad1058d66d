"""The supplier's accounts with gateways, and which of them are closed as their gateways do not know the credentials."""
