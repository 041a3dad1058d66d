"""The question for the supplier's own papers."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lockportal.core.actor import Audience, Right
from lockportal.core.ports import Question
from lockportal.documents.shared.models import SharedPaper
from lockportal.storage.tables import Source

_MOST = 500


def _papers(source: Source, *, offered: bool, one: bool) -> sa.Select[Any]:
    """List papers by kind and title; `offered` are those that customers may have on a day."""
    paper = source(SharedPaper)
    made = sa.select(paper).order_by(paper.c.kind, paper.c.title, paper.c.language, paper.c.id).limit(_MOST)
    if offered:
        today = sa.bindparam("today", type_=sa.Date())
        made = made.where(
            paper.c.withdrawn_at.is_(None),
            sa.or_(paper.c.valid_from.is_(None), paper.c.valid_from <= today),
            sa.or_(paper.c.valid_until.is_(None), paper.c.valid_until >= today),
        )
    if one:
        made = made.where(paper.c.id == sa.bindparam("paper_id", type_=paper.c.id.type))
    return made


PAPERS = Question(
    name="documents.papers", audience=Audience(customer=Right.VIEW, staff=True, system=True, shared=True), build=_papers
)
"""The supplier's own papers."""
