"""What stands in addresses and in the names of files leads nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from projects.workflow import Status
from tests.rights.asking import content
from tests.rights.rules import DONE
from tests.rights.stage import PDF, Stage
from tests.rights.table import LINES
from tests.stranger.foul import HUGE

NONSENSE = (
    *("x", "-1", "0", HUGE, "１", "1e9", "[]", "' OR 1=1 --", "<script>alert(1)</script>", "\x00"),
    *("2020-13-45", "%", "../../etc/passwd", "\ud7ff\uffff", "字" * 3_000),
)
OTHER_HOSTS = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "javascript:alert(1)",
    "https:evil.example",
)


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/cron.d/x.pdf",
        "..\\..\\windows\\x.pdf",
        "/etc/passwd.pdf",
        "a\x00.pdf",
        "x\r\nSet-Cookie: a=b.pdf",
        '"; filename="evil.html',
        "..",
        "." * 300 + ".pdf",
        "名" * 300 + ".pdf",
        "con.pdf",
        "<script>alert(1)</script>.pdf",
    ],
)
def test_names_of_files_lead_nowhere(stage: Stage, name: str, tmp_path: Path) -> None:
    client = stage.client("preparer")
    with stage.standing("evaluation", Status.RETURNED):
        base = f"/forms/{stage.evaluation.pk}/attachments/"
        file = SimpleUploadedFile("x.pdf", PDF + name.encode(errors="replace"))
        file._name = name  # type: ignore[attr-defined]
        answer = client.post(base, {"file": file, "next": "https://evil.example/"})
        assert answer.status_code in {302, 422}
        if answer.status_code == 302:
            assert answer["Location"].startswith(base)
            made = stage.evaluation.attachments.latest("id")
            assert made.file.name is not None
            stored = Path(default_storage.path(made.file.name)).resolve()
            assert stored.is_relative_to((tmp_path / "uploads").resolve())
            got = client.get(f"{base}{made.pk}/")
            assert got["Content-Disposition"].startswith("attachment")
            assert "\n" not in got["Content-Disposition"]
            assert not {"/", "\\", "\x00", "\n"} & set(made.name)
            assert "<script>alert" not in content(client.get(base))


@pytest.mark.parametrize("page", OTHER_HOSTS)
def test_nobody_is_sent_to_another_site(stage: Stage, page: str) -> None:
    user = stage.people["colleague"]
    user.set_password("一个够长的密码")
    user.save()
    outside = Client()
    shown = outside.get("/sign-in/", {"next": page})
    assert shown.status_code == 200
    signed_in = outside.post(
        "/sign-in/", {"username": "colleague", "password": "一个够长的密码", "next": page}
    )
    assert signed_in.status_code == 302
    assert signed_in["Location"] == "/"
    assert outside.get("/sign-in/", {"next": page})["Location"] == "/"
    outside.post("/sign-out/", {"next": page})
    led = Client().get("/admin/login/", {"next": page})
    assert led["Location"].startswith("/sign-in/?next=")
    client = stage.client("preparer")
    with stage.standing("evaluation", Status.RETURNED):
        number = stage.attachment.pk if stage.attachment else 0
        removed = client.post(
            f"/forms/{stage.evaluation.pk}/attachments/{number}/remove/", {"next": page}
        )
        assert removed["Location"] == f"/forms/{stage.evaluation.pk}/attachments/"
    batch = stage.client("auditor").post("/review/batch/", {"query": page})
    assert batch["Location"].startswith("/review/")


NAMES = (
    *("year", "kind", "unit", "status", "rating", "check", "q", "sort", "page", "role", "risk"),
    *("late", "earlier", "before", "after", "number", "review", "row", "project", "way", "topic"),
    *("copy_of", "library", "level2", "form", "user", "action", "since", "until", "channel"),
    *("subject", "from", "to", "keep", "version", "next", "e", "o", "p", "id__exact"),
)


@pytest.mark.parametrize("value", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_in_addresses(stage: Stage, value: str) -> None:
    """Every page that is only read: all that may stand in an address says the same nonsense at once, and
    then each by itself on the pages with filters."""
    filtered = {
        *("scoring:form-list", "scoring:review-queue", "scoring:cross-findings", "scoring:booklet"),
        *("audit:entry-list", "api:form_list", "api:library_list", "scoring:form-new"),
    }
    for line in LINES:
        if line.method != "GET" or line.name in {"scoring:form-workbook", "scoring:form-pdf"}:
            continue
        person = "auditor" if line.rule("auditor", Status.SUBMITTED) is DONE else "admin"
        if line.name in {"scoring:form-new", "scoring:to-fill"}:
            person = "preparer"
        address = reverse(line.name, args=line.arguments(stage))
        wanted = [dict.fromkeys(NAMES, value)]
        if line.name in filtered and value in (HUGE, "\x00"):
            wanted += [{name: value} for name in NAMES]
        for query in wanted:
            answer = stage.client(person).get(address, query)
            assert answer.status_code < 500, (address, query)
            assert "<script>alert" not in content(answer), address
