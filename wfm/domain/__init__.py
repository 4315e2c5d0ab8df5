"""The nouns of the product: frozen values and pure functions, no I/O."""
