"""Credit memos of disputes: proposed, issued, and arrived."""
