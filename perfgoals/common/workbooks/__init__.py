"""Workbooks: the one writer, and reading what people send back.

An uploaded workbook is hostile until proved otherwise: the application hands its bytes to a process of
its own (``reading`` starts ``child``) and gets plain cells back; ``official`` then finds the official
form among them by its labels. This module imports nothing, so that the child loads only what it needs.
"""
