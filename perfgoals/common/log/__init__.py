"""The pages of the audit log: searched, read and exported.

Who may read it is not known here: ``urls.log_patterns`` is told.
"""
