"""Why a figure is what it is: exact parts, fair comparisons, patterns, effects, and their words."""
