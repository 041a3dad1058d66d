"""`python -m lockportal_stripe.stub`: serves the stub until it is interrupted or terminated."""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from lockportal_stripe.stub.service import KEY, SECRET, StripeStub


def main() -> None:
    """Serve, and say how to reach it."""
    parser = argparse.ArgumentParser(prog="python -m lockportal_stripe.stub", description="A Stripe on this machine.")
    parser.add_argument("--port", type=int, default=12111, help="where it listens, on 127.0.0.1")
    parser.add_argument("--endpoint", default="", help="where its webhooks go, an http address on this machine")
    given = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):  # what is started in the background ignores interrupts, unless it says so
        signal.signal(number, lambda *_: ended.set())
    with StripeStub(port=given.port, endpoint=given.endpoint) as stub:
        sys.stdout.write(f"base_url = {stub.url}\nkey = {KEY}\nwebhook secret = {SECRET.value}\n")
        sys.stdout.flush()
        ended.wait()


if __name__ == "__main__":
    main()
