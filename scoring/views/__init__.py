"""Pages: what is to be done, the list of forms, a form, its prints, and booklets.

Nothing is imported here: what one page needs of another's room must not load all pages.
"""
