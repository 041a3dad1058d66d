"""What a test of a portal or of a plugin needs: contract suites, guards, strategies. Install it with the extra `testing`."""
