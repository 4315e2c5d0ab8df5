"""Read models for pages and API: functions of a store and a Scope that return frozen values."""
