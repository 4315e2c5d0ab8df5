"""The store: SQL records, the manifest of immutable fact files, and the readers of both."""
