"""Writers of the store: each works inside the caller's transaction."""
