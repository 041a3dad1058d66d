"""Many people of one house at once, and the links and codes that they were given."""

import re

from lockportal.core.actor import Right

BROWSER = "the asking browser's own secret"
_TO_ONE_CUSTOMER = 25


def crowd(house, many, binding=BROWSER, first=0):
    """Make so many people who have asked for a link each, and answer (address, token, code) of each."""
    wanted, codes = [], {}
    for number in range(first, first + many):
        if (number - first) % _TO_ONE_CUSTOMER == 0:
            account_id = house.customer(f"C-{number}", f"Customer {number}")
        address = f"person{number}@example.com"
        house.profiles.add_contact(account_id, address, "Anna", (Right.VIEW,), by=house.office)
        codes[address] = house.access.request_link(address, binding=binding).code
        wanted.append(address)
    while house.shell.deliver(1_000).handled:
        pass
    tokens = {}
    for mail in house.mails().values():
        link = re.search(r"/sign-in/(\S+)", mail.get_body(("plain",)).get_content())
        if link:
            tokens[mail["To"]] = link.group(1)
    return [(address, tokens[address], codes[address]) for address in wanted]
