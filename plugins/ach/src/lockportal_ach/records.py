"""The records of a NACHA file, column by column: headers, entries, addenda, controls. Pure.

Every class is one record of 94 characters; its fields stand in the order of the columns. Account numbers are not shown by repr.
"""

from __future__ import annotations

from attrs import frozen

from lockportal_ach.columns import digits, number, right, text, words


@frozen(kw_only=True)
class FileHeader:
    """Record 1: from whom to whom, and when. `modifier` tells the files of a day apart."""

    record: str = text(1, default="1")
    priority: str = digits(2, default="01")
    destination: str = right(10)
    origin: str = right(10)
    made_on: str = digits(6)
    made_at: str = text(4)
    modifier: str = text(1, default="A")
    size: str = digits(3, default="094")
    blocking: str = digits(2, default="10")
    form: str = text(1, default="1")
    destination_name: str = words(23)
    origin_name: str = words(23)
    reference: str = text(8)


@frozen(kw_only=True)
class BatchHeader:
    """Record 5: the company, the kind of its entries (PPD, CCD, …), and the day on which the money is to move."""

    record: str = text(1, default="5")
    service_class: int = number(3)
    company: str = words(16)
    discretionary: str = text(20)
    company_id: str = text(10)
    entry_class: str = text(3)
    description: str = words(10)
    descriptive_date: str = text(6)
    effective_on: str = digits(6)
    settled_on: str = text(3)
    originator_status: str = text(1, default="1")
    odfi: str = digits(8)
    number: int = number(7)


@frozen(kw_only=True)
class InternationalHeader:
    """Record 5 of an IAT batch: as a batch header, with the currencies and the country instead of the company's name."""

    record: str = text(1, default="5")
    service_class: int = number(3)
    indicator: str = text(16)
    exchange: str = text(2)
    exchange_reference_kind: str = text(1)
    exchange_reference: str = text(15)
    country: str = text(2)
    company_id: str = text(10)
    entry_class: str = text(3, default="IAT")
    description: str = words(10)
    from_currency: str = text(3)
    to_currency: str = text(3)
    effective_on: str = digits(6)
    settled_on: str = text(3)
    originator_status: str = text(1, default="1")
    odfi: str = digits(8)
    number: int = number(7)


@frozen(kw_only=True)
class Entry:
    """Record 6: one debit or credit. `amount` in cents; `trace` is the ODFI's eight digits and seven of a number."""

    record: str = text(1, default="6")
    code: int = number(2)
    rdfi: str = digits(8)
    check_digit: str = digits(1)
    account: str = text(17, secret=True)
    amount: int = number(10)
    identification: str = text(15)
    name: str = words(22)
    discretionary: str = text(2)
    addenda: int = number(1)
    trace: str = digits(15)


@frozen(kw_only=True)
class ManyEntry:
    """Record 6 of a CTX, ATX, ENR or TRX batch: as an entry, and it counts its addenda."""

    record: str = text(1, default="6")
    code: int = number(2)
    rdfi: str = digits(8)
    check_digit: str = digits(1)
    account: str = text(17, secret=True)
    amount: int = number(10)
    identification: str = text(15)
    addenda_count: int = number(4)
    name: str = words(16)
    reserved: str = text(2)
    discretionary: str = text(2)
    addenda: int = number(1)
    trace: str = digits(15)


@frozen(kw_only=True)
class InternationalEntry:
    """Record 6 of an IAT batch: who is debited stands in its addenda."""

    record: str = text(1, default="6")
    code: int = number(2)
    rdfi: str = digits(8)
    check_digit: str = digits(1)
    addenda_count: int = number(4)
    reserved: str = text(13)
    amount: int = number(10)
    account: str = text(35, secret=True)
    reserved_too: str = text(2)
    screened: str = text(1)
    screened_too: str = text(1)
    addenda: int = number(1)
    trace: str = digits(15)


@frozen(kw_only=True)
class AdviceEntry:
    """Record 6 of an ADV batch: what an operator of the network tells of its own booking, with no trace but a sequence."""

    record: str = text(1, default="6")
    code: int = number(2)
    rdfi: str = digits(8)
    check_digit: str = digits(1)
    account: str = text(15, secret=True)
    amount: int = number(12)
    advice_routing: str = digits(9)
    file_id: str = text(5)
    operator_data: str = text(1)
    name: str = words(22)
    discretionary: str = text(2)
    addenda: int = number(1)
    operator: str = digits(8)
    day: str = text(3)
    sequence: int = number(4)


@frozen(kw_only=True)
class Remark:
    """Record 7, type 05: 80 characters of what is paid, the how-manieth of its entry, and the last seven digits of its trace."""

    record: str = text(1, default="7")
    kind: str = text(2, default="05")
    words: str = text(80)
    sequence: int = number(4, default=1)
    entry: int = number(7)


@frozen(kw_only=True)
class ReturnAddendum:
    """Record 7, type 99: an entry comes back, and why."""

    record: str = text(1, default="7")
    kind: str = text(2, default="99")
    reason: str = text(3)
    original_trace: str = digits(15)
    died_on: str = text(6)
    original_rdfi: str = digits(8)
    information: str = text(44, secret=True)
    trace: str = digits(15)


@frozen(kw_only=True)
class DishonouredAddendum:
    """Record 7, type 99 with R61 to R70: the originator's bank refuses a return."""

    record: str = text(1, default="7")
    kind: str = text(2, default="99")
    reason: str = text(3)
    original_trace: str = digits(15)
    reserved: str = text(6)
    original_rdfi: str = digits(8)
    reserved_too: str = text(3)
    return_trace: str = digits(15)
    return_settled_on: str = text(3)
    return_reason: str = text(2)
    information: str = text(21, secret=True)
    trace: str = digits(15)


@frozen(kw_only=True)
class ContestedAddendum:
    """Record 7, type 99 with R71 to R77: the payer's bank insists on its return."""

    record: str = text(1, default="7")
    kind: str = text(2, default="99")
    reason: str = text(3)
    original_trace: str = digits(15)
    returned_on: str = text(6)
    original_rdfi: str = digits(8)
    original_settled_on: str = text(3)
    return_trace: str = digits(15)
    return_settled_on: str = text(3)
    return_reason: str = text(2)
    dishonoured_trace: str = digits(15)
    dishonoured_settled_on: str = text(3)
    dishonoured_reason: str = text(2)
    reserved: str = text(1)
    trace: str = digits(15)


@frozen(kw_only=True)
class ChangeAddendum:
    """Record 7, type 98: a notification of change; what is right stands in `corrected`, by the code."""

    record: str = text(1, default="7")
    kind: str = text(2, default="98")
    code: str = text(3)
    original_trace: str = digits(15)
    reserved: str = text(6)
    original_rdfi: str = digits(8)
    corrected: str = text(29, secret=True)
    reserved_too: str = text(15)
    trace: str = digits(15)


@frozen(kw_only=True)
class OtherAddendum:
    """Record 7 of any other type: kept as it stands."""

    record: str = text(1, default="7")
    kind: str = text(2)
    words: str = text(91, secret=True)


@frozen(kw_only=True)
class BatchControl:
    """Record 8: how many entries and addenda the batch has, the hash of its routing numbers, and its totals in cents."""

    record: str = text(1, default="8")
    service_class: int = number(3)
    count: int = number(6)
    hash: int = number(10)
    debits: int = number(12)
    credits: int = number(12)
    company_id: str = text(10)
    authentication: str = text(19)
    reserved: str = text(6)
    odfi: str = digits(8)
    number: int = number(7)


@frozen(kw_only=True)
class AdviceBatchControl:
    """Record 8 of an ADV batch: wider totals, and the operator's own words."""

    record: str = text(1, default="8")
    service_class: int = number(3)
    count: int = number(6)
    hash: int = number(10)
    debits: int = number(20)
    credits: int = number(20)
    company_id: str = text(19)
    odfi: str = digits(8)
    number: int = number(7)


@frozen(kw_only=True)
class FileControl:
    """Record 9: the totals of the file; `blocks` counts tens of records, the filling included."""

    record: str = text(1, default="9")
    batches: int = number(6)
    blocks: int = number(6)
    count: int = number(8)
    hash: int = number(10)
    debits: int = number(12)
    credits: int = number(12)
    reserved: str = text(39)


@frozen(kw_only=True)
class AdviceFileControl:
    """Record 9 of a file of ADV batches: wider totals."""

    record: str = text(1, default="9")
    batches: int = number(6)
    blocks: int = number(6)
    count: int = number(8)
    hash: int = number(10)
    debits: int = number(20)
    credits: int = number(20)
    reserved: str = text(23)


AnyHeader = BatchHeader | InternationalHeader
AnyEntry = Entry | ManyEntry | InternationalEntry | AdviceEntry
AnyAddendum = Remark | ReturnAddendum | DishonouredAddendum | ContestedAddendum | ChangeAddendum | OtherAddendum
AnyBatchControl = BatchControl | AdviceBatchControl
AnyFileControl = FileControl | AdviceFileControl
