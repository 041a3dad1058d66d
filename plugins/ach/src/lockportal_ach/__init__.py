"""ACH debits by NACHA files: written and read, with what is wrong in what a bank sent, and a vault for account numbers."""

from __future__ import annotations

from lockportal_ach.codes import REASONS, ReturnReason, decline_of
from lockportal_ach.columns import Problem
from lockportal_ach.files import AchFile, Batch, Detail
from lockportal_ach.gateway import DESCRIPTOR, AchGateway, open_gateway
from lockportal_ach.reading import read_file
from lockportal_ach.returning import Change, Corrections, Returned, Turn, changes_of, returns_of
from lockportal_ach.settings import AchSettings
from lockportal_ach.vault import BankAccount, TableVault, Vault, ref_of
from lockportal_ach.writing import AccountKind, BatchDraft, Draft, EntryClass, FileDraft, Movement, write_file

__all__ = [
    "DESCRIPTOR",
    "REASONS",
    "AccountKind",
    "AchFile",
    "AchGateway",
    "AchSettings",
    "BankAccount",
    "Batch",
    "BatchDraft",
    "Change",
    "Corrections",
    "Detail",
    "Draft",
    "EntryClass",
    "FileDraft",
    "Movement",
    "Problem",
    "ReturnReason",
    "Returned",
    "TableVault",
    "Turn",
    "Vault",
    "changes_of",
    "decline_of",
    "open_gateway",
    "read_file",
    "ref_of",
    "returns_of",
    "write_file",
]
