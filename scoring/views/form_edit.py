"""The sheet editor: the official sheet whose cells are the inputs."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from indicators.access import taxonomy_of
from perfgoals.accounts.models import Unit
from perfgoals.accounts.views import SignedInRequest
from perfgoals.common.sheets import shipped_layout, view_sheet
from perfgoals.common.views import allow_methods
from projects.access import get_form, require
from projects.models import Form
from projects.services import due_for
from projects.workflow import Action, WrongStatus
from scoring.access import form_document
from scoring.api.review_states import comment_states
from scoring.api.states import form_state
from scoring.services import judge
from scoring.services.execution_lists import figures_offered
from scoring.sheets import form_sheet
from scoring.views.history import why_sent_back
from scoring.views.steps import submit_words


@allow_methods("GET")
def form_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """The editor for who prepares the form; in a status that does not allow it, back to the form.

    The page holds the sheet without a tree and the form as the interface answers it; the editor builds
    its rows from that and writes through the interface only.
    """
    form = get_form(request.user, pk)
    try:
        require(request.user, form, Action.EDIT)
    except WrongStatus as error:
        messages.info(request, f"{error}。")
        return redirect("scoring:form-detail", pk)
    document = form_document(form)
    # The cells are typed and stored in the money unit of the document, so that is what they say.
    layout = shipped_layout(document.form, document.year).model_copy(
        update={"money_unit": document.money_unit}
    )
    sheet = view_sheet(
        form_sheet(document.model_copy(update={"indicators": []}), layout), notes={"": ""}
    )
    unit_first = Unit.objects.reviewing_first(form.project.unit_id)
    comments = comment_states(form, document)
    context = {
        "form": form,
        "sent_back": why_sent_back(form),
        "has_comments": bool(comments),
        "submit": submit_words(unit_first=unit_first),
        "due": due_for(form),
        "figures": figures_offered(form, document),
        "sheet": sheet,
        "editor": {
            "state": form_state(request.user, form, judge(document, form)),
            "layout": layout.model_dump(mode="json"),
            "taxonomy": taxonomy_of(document.year),
            "locked": _is_taken_over(form),
            "user": request.user.pk,
            "addresses": _addresses(pk),
            "comments": comments,
            "submit": submit_words(unit_first=unit_first),
        },
    }
    return render(request, "scoring/form_edit.html", context)


def _is_taken_over(form: Form) -> bool:
    """Whether rows and targets came from an approved declaration and stay as they are."""
    return form.kind == "self_evaluation" and form.self_evaluation.declaration_id is not None


def _addresses(pk: int) -> dict[str, str]:
    return {
        "form": reverse("scoring:form-detail", args=[pk]),
        "api": reverse("api:form_read", args=[pk]),
        "library": reverse("api:library_list"),
        "sign_in": f"{reverse('accounts:sign-in')}?next={reverse('scoring:form-detail', args=[pk])}",
    }
