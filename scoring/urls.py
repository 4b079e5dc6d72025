from django.urls import path

from scoring.views.adjustment import adjustment
from scoring.views.attachments import attachment_file, attachment_list, attachment_remove
from scoring.views.batches import review_batch, review_batch_apply
from scoring.views.booklet import booklet
from scoring.views.cross_findings import cross_findings, form_compare
from scoring.views.execution import execution_match, execution_upload, form_execution
from scoring.views.exports import export, export_template
from scoring.views.form_detail import form_detail
from scoring.views.form_edit import form_edit
from scoring.views.form_list import form_list
from scoring.views.form_new import form_new
from scoring.views.form_workbook import (
    form_workbook,
    form_workbook_apply,
    form_workbook_upload,
)
from scoring.views.home import home, news_read
from scoring.views.import_items import import_item
from scoring.views.imports import (
    import_apply,
    import_detail,
    import_discard,
    import_file,
    import_list,
    import_marked,
    import_read,
    import_undo,
)
from scoring.views.move_table import MOVES
from scoring.views.moves import form_move
from scoring.views.notices import notices
from scoring.views.opinion import form_opinion, form_opinion_preview
from scoring.views.prints import form_json, form_pdf
from scoring.views.queue import review_queue
from scoring.views.review import form_review
from scoring.views.rights import rights
from scoring.views.samples import (
    sample_close,
    sample_detail,
    sample_export,
    sample_grant,
    sample_grant_end,
    sample_item,
    sample_list,
    sample_new,
)
from scoring.views.to_fill import to_fill
from scoring.views.versions import (
    version_compare,
    version_detail,
    version_list,
    version_restore,
)
from scoring.views.waiving import finding_waive, waiver_revoke

app_name = "scoring"
urlpatterns = [
    path("", home, name="home"),
    path("news/read/", news_read, name="news-read"),
    path("notices/", notices, name="notices"),
    path("rights/", rights, name="rights"),
    path("to-fill/", to_fill, name="to-fill"),
    path("forms/", form_list, name="form-list"),
    path("forms/new/", form_new, name="form-new"),
    path("forms/<int:pk>/", form_detail, name="form-detail"),
    path("forms/<int:pk>/edit/", form_edit, name="form-edit"),
    path("forms/<int:pk>/review/", form_review, name="form-review"),
    *(
        path(
            f"forms/<int:pk>/{action.value.replace('_', '-')}/",
            form_move,
            {"action": action},
            name=f"form-{action.value.replace('_', '-')}",
        )
        for action in MOVES
    ),
    path("forms/<int:pk>/execution/", form_execution, name="form-execution"),
    path("forms/<int:pk>/adjustment/", adjustment, name="adjustment"),
    path("forms/<int:pk>/opinion/", form_opinion, name="form-opinion"),
    path("forms/<int:pk>/opinion/preview/", form_opinion_preview, name="form-opinion-preview"),
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
    path("forms/<int:pk>/compare/", form_compare, name="form-compare"),
    path("forms/<int:pk>/waive/", finding_waive, name="finding-waive"),
    path("forms/<int:pk>/waivers/<int:number>/revoke/", waiver_revoke, name="waiver-revoke"),
    path("forms/<int:pk>/pdf/", form_pdf, name="form-pdf"),
    path("forms/<int:pk>/json/", form_json, name="form-json"),
    path("forms/<int:pk>/workbook/", form_workbook, name="form-workbook"),
    path("forms/<int:pk>/workbook/upload/", form_workbook_upload, name="form-workbook-upload"),
    path("forms/<int:pk>/workbook/apply/", form_workbook_apply, name="form-workbook-apply"),
    path("booklets/", booklet, name="booklet"),
    path("review/", review_queue, name="review-queue"),
    path("review/batch/", review_batch, name="review-batch"),
    path("review/batch/apply/", review_batch_apply, name="review-batch-apply"),
    path("samples/", sample_list, name="sample-list"),
    path("samples/new/", sample_new, name="sample-new"),
    path("samples/<int:pk>/", sample_detail, name="sample-detail"),
    path("samples/<int:pk>/items/<int:place>/", sample_item, name="sample-item"),
    path("samples/<int:pk>/close/", sample_close, name="sample-close"),
    path("samples/<int:pk>/leave/", sample_grant, name="sample-grant"),
    path("samples/<int:pk>/leave/<int:grant>/end/", sample_grant_end, name="sample-grant-end"),
    path("samples/<int:pk>/export/", sample_export, name="sample-export"),
    path("cross-findings/", cross_findings, name="cross-findings"),
    path("exports/", export, name="export"),
    path("exports/template/", export_template, name="export-template"),
    path("imports/", import_list, name="import-list"),
    path("imports/execution/", execution_upload, name="execution-upload"),
    path("imports/execution/<uuid:pk>/", execution_match, name="execution-match"),
    path("imports/<uuid:pk>/", import_detail, name="import-detail"),
    path("imports/<uuid:pk>/forms/<int:number>/", import_item, name="import-item"),
    path("imports/<uuid:pk>/apply/", import_apply, name="import-apply"),
    path("imports/<uuid:pk>/undo/", import_undo, name="import-undo"),
    path("imports/<uuid:pk>/discard/", import_discard, name="import-discard"),
    path("imports/<uuid:pk>/read/", import_read, name="import-read"),
    path("imports/<uuid:pk>/file/", import_file, name="import-file"),
    path("imports/<uuid:pk>/marked/", import_marked, name="import-marked"),
]
