"""What deserves attention now, found in the facts by nobody's request: habits, people, changes."""
