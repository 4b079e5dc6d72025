"""``make run``: one supervisor that prepares the installation and keeps web and worker running."""
