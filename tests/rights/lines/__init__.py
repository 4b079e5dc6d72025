"""The lines of the table, by what their addresses are about."""
