"""The migrations of lockportal's own tables, in order."""
