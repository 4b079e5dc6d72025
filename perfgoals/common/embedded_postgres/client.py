"""``manage.py dbshell``: the psql that comes with the server."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.backends.postgresql import client

from perfgoals.common.embedded_postgres.server import binary


class DatabaseClient(client.DatabaseClient):
    """The command line of the embedded server."""

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: dict[str, Any], parameters: Iterable[str]
    ) -> tuple[list[str], dict[str, str] | None]:
        """The command line, with the psql of the installed package."""
        arguments, environment = super().settings_to_cmd_args_env(settings_dict, parameters)
        return [str(binary("psql")), *arguments[1:]], environment

    def runshell(self, parameters: Iterable[str]) -> None:
        """Open psql on a server that is sure to run."""
        place = self.connection.get_connection_params()
        self.connection.settings_dict.update(
            HOST=place["host"], PORT=place["port"], USER=place["user"]
        )
        super().runshell(parameters)
