"""The UBL 2.1 papers of a trade beside its invoices: orders, advices of despatch and receipt, bills of lading, statements."""

from lockportal.einvoice.trade.reader import TradeReader

__all__ = ["TradeReader"]
