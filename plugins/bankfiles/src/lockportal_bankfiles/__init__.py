"""What banks tell of accounts, read into remittance lines with what does not tie out, and what each of them pays."""

from __future__ import annotations

from lockportal_bankfiles.applying import OpenItem, Proposal, Reason, Rules, Share, propose
from lockportal_bankfiles.bai2 import read_bai2
from lockportal_bankfiles.statements import BankFile, Problem, RemittanceLine, Statement

__all__ = [
    "BankFile",
    "OpenItem",
    "Problem",
    "Proposal",
    "Reason",
    "RemittanceLine",
    "Rules",
    "Share",
    "Statement",
    "propose",
    "read_bai2",
]
