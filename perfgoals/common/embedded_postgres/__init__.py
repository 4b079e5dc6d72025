"""Django database backend: PostgreSQL that comes with the Python packages and needs no set-up.

``ENGINE = "perfgoals.common.embedded_postgres"`` and a ``NAME`` are all the settings it takes. The
server starts when the first connection is asked for, keeps its data under ``settings.DATA_DIR``,
listens on a private unix socket only, is shared by all processes of the installation and stops
after the last of them.
"""
