"""Readers of the store: each takes a Scope, with no default."""
