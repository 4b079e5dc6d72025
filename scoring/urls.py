from django.urls import path

from scoring.views.attachments import attachment_file, attachment_list, attachment_remove
from scoring.views.booklet import booklet
from scoring.views.form_detail import form_detail
from scoring.views.form_edit import form_edit
from scoring.views.form_list import form_list
from scoring.views.form_new import form_new
from scoring.views.form_workbook import (
    form_workbook,
    form_workbook_apply,
    form_workbook_upload,
)
from scoring.views.home import home
from scoring.views.moves import MOVES, form_move
from scoring.views.prints import form_json, form_pdf
from scoring.views.versions import (
    version_compare,
    version_detail,
    version_list,
    version_restore,
)

app_name = "scoring"
urlpatterns = [
    path("", home, name="home"),
    path("forms/", form_list, name="form-list"),
    path("forms/new/", form_new, name="form-new"),
    path("forms/<int:pk>/", form_detail, name="form-detail"),
    path("forms/<int:pk>/edit/", form_edit, name="form-edit"),
    *(
        path(
            f"forms/<int:pk>/{action.value.replace('_', '-')}/",
            form_move,
            {"action": action},
            name=f"form-{action.value.replace('_', '-')}",
        )
        for action in MOVES
    ),
    path("forms/<int:pk>/versions/", version_list, name="version-list"),
    path("forms/<int:pk>/versions/compare/", version_compare, name="version-compare"),
    path("forms/<int:pk>/versions/<int:number>/", version_detail, name="version-detail"),
    path("forms/<int:pk>/versions/<int:number>/restore/", version_restore, name="version-restore"),
    path("forms/<int:pk>/attachments/", attachment_list, name="attachment-list"),
    path("forms/<int:pk>/attachments/<int:number>/", attachment_file, name="attachment-file"),
    path(
        "forms/<int:pk>/attachments/<int:number>/remove/",
        attachment_remove,
        name="attachment-remove",
    ),
    path("forms/<int:pk>/pdf/", form_pdf, name="form-pdf"),
    path("forms/<int:pk>/json/", form_json, name="form-json"),
    path("forms/<int:pk>/workbook/", form_workbook, name="form-workbook"),
    path("forms/<int:pk>/workbook/upload/", form_workbook_upload, name="form-workbook-upload"),
    path("forms/<int:pk>/workbook/apply/", form_workbook_apply, name="form-workbook-apply"),
    path("booklets/", booklet, name="booklet"),
]
