"""Saved methods: cards and bank accounts that rest with a gateway, known here by its reference, never by a number."""
