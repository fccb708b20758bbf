"""REST of the portal: one file per method family, one table of methods, one HTTP endpoint."""
