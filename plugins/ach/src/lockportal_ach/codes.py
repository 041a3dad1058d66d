"""Why entries come back: every return code, what it means for the payer, and what helps. Pure.

R61 to R70 are said by the originator's bank of a return, R71 to R77 by the payer's bank of such a refusal.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from attrs import frozen

from lockportal.payments.operations import Advice, Decline, DeclineCode

_C = DeclineCode
_A = Advice


@frozen(kw_only=True)
class ReturnReason:
    """A return code in plain words, with the code and the advice that all gateways share."""

    code: str
    words: str
    decline: DeclineCode
    advice: Advice


def _reasons(decline: DeclineCode, advice: Advice, **words: str) -> dict[str, ReturnReason]:
    return {code: ReturnReason(code=code, words=said, decline=decline, advice=advice) for code, said in words.items()}


REASONS: Final[Mapping[str, ReturnReason]] = MappingProxyType(
    {
        **_reasons(
            _C.INSUFFICIENT_FUNDS,
            _A.RETRY_LATER,
            R01="There was not enough money in the account.",
            R09="The money in the account was not available yet.",
        ),
        **_reasons(
            _C.ACCOUNT_CLOSED,
            _A.NEVER,
            R02="The account has been closed.",
            R12="The account went to another bank with its branch.",
            R14="Whoever acted for the account's holder has died or can no longer act.",
            R15="The account's holder has died.",
            R16="The account is frozen.",
        ),
        **_reasons(_C.NO_ACCOUNT, _A.NEVER, R03="The number belongs to no account, or not to that name."),
        **_reasons(_C.INCORRECT_NUMBER, _A.NEVER, R04="The account number is not built like one of that bank."),
        **_reasons(
            _C.UNAUTHORIZED_DEBIT,
            _A.NEVER,
            R05="A consumer's account was debited as a company's, and its holder did not allow that.",
            R10="The holder does not know the originator, or did not allow the debit.",
            R11="The debit was not as the holder had allowed it.",
            R29="The company did not allow the debit.",
            R37="The cheque behind the debit was presented as well.",
            R39="The cheque cannot be turned into a debit.",
            R51="The cheque cannot be presented again, or not in this way.",
            R53="The cheque and its second presentment were both paid.",
        ),
        **_reasons(_C.MANDATE_REVOKED, _A.NEVER, R07="The holder took the permission back."),
        **_reasons(
            _C.PAYMENT_STOPPED,
            _A.NEVER,
            R08="The holder stopped the debit.",
            R38="The cheque behind the debit was stopped.",
            R52="The cheque was stopped.",
        ),
        **_reasons(_C.DUPLICATE, _A.NEVER, R24="The debit looks like one that came before."),
        **_reasons(
            _C.DECLINED,
            _A.OTHER_METHOD,
            R13="The bank takes no part in ACH, or its routing number is wrong.",
            R20="Debits are not allowed on such an account, as on some savings accounts.",
            R30="The bank takes no truncated cheques.",
            R33="The payer's bank returned a destroyed cheque's entry, as it may.",
            R34="The bank may take part only in part.",
            R50="A law of the state forbids to present the cheque in this way.",
            R81="The bank takes no part in international entries.",
        ),
        **_reasons(
            _C.DECLINED,
            _A.CONTACT_BANK,
            R06="Our own bank asked for it back.",
            R23="The receiver did not want the credit.",
            R31="Our bank agreed to take a company's entry back late.",
            R32="The payer's bank could not settle.",
            R35="A debit does not go with this kind of entry.",
            R36="A credit does not go with this kind of entry.",
            R40="A federal agency returned the enrolment.",
            R47="The enrolment was made before.",
            R84="The gateway between two countries did not pass the entry on.",
            R83="The foreign bank could not settle.",
        ),
        **_reasons(
            _C.INCORRECT_NUMBER,
            _A.FIX_DATA,
            R28="The last digit of the routing number does not check the others.",
            R42="The enrolment's routing number is wrong.",
            R43="The enrolment's account number is wrong.",
            R82="The foreign bank is not named rightly.",
        ),
        **_reasons(
            _C.PROCESSING_ERROR,
            _A.FIX_DATA,
            R17="The bank's own checks of the entry failed, or its payer looks invented.",
            R18="The day on which the entry should move money is wrong.",
            R19="The amount of the entry is wrong.",
            R21="The company's number is not the one that was expected.",
            R22="The payer's identification is not the one that was expected.",
            R25="The addenda of the entry are wrong.",
            R26="A field of the entry that must be filled is not.",
            R27="The trace number of the entry is wrong.",
            R41="The enrolment's transaction code is wrong.",
            R44="The enrolment's identification is wrong.",
            R45="The enrolment's name is wrong.",
            R46="The enrolment does not say rightly who acts for its holder.",
            R80="The international entry is not coded rightly.",
            R85="The entry goes abroad and is not coded so.",
        ),
        **_reasons(
            _C.OTHER,
            _A.CONTACT_BANK,
            R61="The return went to the wrong bank.",
            R62="The return of an entry made in error, or of its reversal, is refused.",
            R67="The return was made twice.",
            R68="The return came too late.",
            R69="Fields of the return are wrong.",
            R70="The return needed an agreement that there was not.",
            R71="The refusal of the return went to the wrong bank.",
            R72="The refusal of the return came too late.",
            R73="The return was in time, says the payer's bank.",
            R74="The return is made again, with its fields right.",
            R75="The return was not made twice, says the payer's bank.",
            R76="The return had no errors, says the payer's bank.",
            R77="The payer's bank does not take back what was refused by R62.",
        ),
    }
)
"""Every return code that is known, by itself."""


def decline_of(code: str) -> Decline:
    """Say a return code in the words that all gateways share; one that is not known is for a person to look at."""
    known = REASONS.get(code)
    if known is None:
        return Decline(code=_C.OTHER, advice=_A.CONTACT_BANK, raw_code=code, network_code=code)
    return Decline(code=known.decline, advice=known.advice, raw_code=code, network_code=code, raw_message=known.words)
