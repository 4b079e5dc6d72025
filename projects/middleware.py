"""What is the same for every page that deals with forms."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from projects.services import StaleVersion
from projects.workflow import WrongStatus


class Conflicts:
    """Answers 409, with a page that says how the form stands now, where a step came too late: its status
    does not allow it any more, or somebody saved in between. Nothing was changed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, StaleVersion | WrongStatus):
            return None
        return render(request, "409.html", {"message": str(error)}, status=409)
