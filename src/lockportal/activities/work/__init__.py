"""The work list: every open reason to act, the most pressing first, by a written score."""
