"""The catalogue: every KPI as a row of data, one file per group."""
