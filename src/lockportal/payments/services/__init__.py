"""What an application asks of the parts of payments, each a service of its own: `portal.payments.methods` and the others."""
