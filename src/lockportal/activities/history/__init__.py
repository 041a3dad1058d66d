"""What was said and done about a customer: notes, calls, mails and the journal as one timeline, and as a paper."""
