"""Muster: open workforce management and contact-centre analytics."""

__version__ = "0.1.0"
