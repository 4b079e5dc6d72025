"""Who may do what: every address of the application × person × status of the form, against a table."""
