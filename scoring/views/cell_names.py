"""What the cells of a form are called, for the pages."""

from scoring.services.cell_names import cell_name, row_name

__all__ = ["cell_name", "row_name"]
