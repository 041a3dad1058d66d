"""Instalment plans: open documents paid in parts on agreed days, within the supplier's rules."""
