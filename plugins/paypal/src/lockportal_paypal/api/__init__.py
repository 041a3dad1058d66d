"""PayPal over HTTP: the tokens, the calls, what they answer or raise, and what of them may be shown."""
