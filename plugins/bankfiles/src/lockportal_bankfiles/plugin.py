"""The plugin: what lockportal finds through the entry point. It registers nothing: an application calls the readers."""
