"""Hold a text against its snapshot; LOCKPORTAL_REFRESH_SNAPSHOTS=1 writes it anew, for a person to review in the diff."""

import os
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "snapshots"


def check_snapshot(name: str, text: str) -> None:
    """Compare a text with the file of this name."""
    path = FOLDER / name
    if os.environ.get("LOCKPORTAL_REFRESH_SNAPSHOTS") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    kept = path.read_text("utf-8") if path.exists() else ""
    assert text == kept, f"{name} differs: if that is meant, run with LOCKPORTAL_REFRESH_SNAPSHOTS=1 and review the diff"
