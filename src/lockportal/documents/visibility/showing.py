"""Who sees which documents, for services: what is hidden from whoever asks, and what a hook decides of a new document."""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve, frozen

from lockportal.context import Context
from lockportal.core.actor import Actor, ActorKind
from lockportal.documents.models import DocumentFacts, DocumentKind, DocumentsSettings
from lockportal.documents.ports import Showing

Decide = Callable[..., bool | None]
"""The hook `lockportal_document_visible`, bound."""


@frozen
class Visibility:
    """What customers see, as the settings and a hook have it."""

    hidden_kinds: frozenset[DocumentKind]
    decide: Decide | None

    def hidden(self, by: Actor) -> frozenset[DocumentKind] | None:
        """Answer the kinds that are hidden from whoever asks; None for staff."""
        return self.hidden_kinds if by.kind in {ActorKind.CUSTOMER, ActorKind.HOLDER} else None

    def decided(self, customer_number: str, facts: DocumentFacts) -> DocumentFacts:
        """Answer facts as they are to be stored: the hook's word on what customers see stands over that of the books."""
        if self.decide is None:
            return facts
        visible = self.decide(showing=Showing(customer_number=customer_number, facts=facts))
        return facts if visible is None or visible is facts.visible else evolve(facts, visible=visible)


def visibility_of(context: Context) -> Visibility:
    """Answer what the settings and the plugins of a portal say; where no plugin has a word, none is asked."""
    hook = context.hook.lockportal_document_visible
    return Visibility(context.shell.settings(DocumentsSettings).hidden_kinds, hook if hook.get_hookimpls() else None)
