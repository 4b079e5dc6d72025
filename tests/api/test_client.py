"""The client in docs/api.md does what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django.live_server_helper import LiveServer

from perfgoals.accounts.services import create_api_token
from projects.models import Form
from tests.cast import Cast, make_cast
from tests.drafts import copied_declaration, said


@pytest.fixture
def committed_cast(transactional_db: None) -> Cast:
    return make_cast()


def run(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    text = Path(settings.BASE_DIR, "docs", "api.md").read_text()
    (source,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (tmp_path / "client.py").write_text(source)
    return subprocess.run(
        [sys.executable, "client.py", *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_client_changes_a_draft(
    committed_cast: Cast, live_server: LiveServer, tmp_path: Path
) -> None:
    cast = committed_cast
    form = copied_declaration(cast.preparer, cast.form("固定源管理技术支持", 2026))
    _, token = create_api_token(user=cast.preparer, name="客户端")
    done = run(tmp_path, live_server.url, token)
    assert done.stderr == ""
    assert "已保存第 2 版，不能保存的格：[]" in done.stdout
    assert "从其他表复制而来" in done.stdout
    assert "'after': '≥3000(辆次)'" in done.stdout
    stored = Form.objects.get(pk=form.pk)
    assert said(stored).indicators[0].target == "≥3000(辆次)"

    refused = run(tmp_path, live_server.url, "pg_wrong")
    assert refused.stderr.strip() == "401 尚未登录或登录已过期，请重新登录"
