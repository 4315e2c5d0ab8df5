"""Simulation of queues and schedules, contact by contact: what mathematics alone cannot say."""
