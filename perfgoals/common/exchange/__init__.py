"""Tables of master data out of the database and in again: one row an object, found by its code.

``reading`` and ``writing`` know workbooks and nothing of the database; ``widgets`` and ``resources`` turn
cells into objects by django-import-export; ``views`` puts both behind the admin.
"""
