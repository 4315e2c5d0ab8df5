"""Benchmarks: what the product promises about speed, measured on generated data."""
