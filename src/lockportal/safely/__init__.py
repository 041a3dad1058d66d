"""What strangers send, opened so that nothing is fetched, nothing is expanded, memory stays bounded and no file is two."""
