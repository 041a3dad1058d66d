"""Links to one document, sent with it and forwarded on purpose: nobody signs in by them."""
