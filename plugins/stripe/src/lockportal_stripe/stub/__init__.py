"""A Stripe on this machine: it keeps books, serves the pages that payers see, and sends signed webhooks. No money moves.

    with StripeStub() as stub:
        gateway = open_gateway(…, base_url=stub.url)

It does what lockportal asks of Stripe, and refuses what Stripe refuses: parameters that Stripe's own client does not know,
amounts beyond what is left, captures of what was given up, a key with another request. `python -m lockportal_stripe.stub` serves
it.
"""

from __future__ import annotations

from lockportal_stripe.stub.payer import Payer
from lockportal_stripe.stub.service import KEY, SECRET, StripeStub

__all__ = ["KEY", "SECRET", "Payer", "StripeStub"]
