"""The home page: what there is to do and by when, what others did, and how the years stand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from perfgoals.accounts.models import Membership, Role, Unit, User
from projects.models import (
    Comment,
    DeadlineExtension,
    FiscalYear,
    Form,
    FormVersion,
    Project,
    ProjectGrant,
)
from projects.services import claim_version, read_until, record_version
from scoring.access import form_document
from tests.cast import BUREAU, CENTRE, INFORMATION, Cast
from tests.deadlines import in_days, only_open
from tests.reading import links, nothing_written, text, texts

URL = "/"


@pytest.fixture(autouse=True)
def closed_years(cast: Cast, db: None) -> None:
    """Which forms are to be begun depends on the day of the year, unless every year is closed."""
    FiscalYear.objects.update(is_open=False)
    this = timezone.localdate().year
    for year in (this - 1, this, this + 1):
        FiscalYear.objects.get_or_create(year=year, defaults={"is_open": False})


def cards(client: Client) -> dict[str, tuple[str, str]]:
    """For each card its number and where it leads."""
    response = client.get(URL)
    assert response.status_code == 200
    labels, counts = texts(response, ".card-label"), texts(response, ".card-count")
    return dict(zip(labels, zip(counts, links(response, ".card"), strict=True), strict=True))


def set_status(status: str, *projects: str, **columns: object) -> None:
    changed = Form.objects.filter(year=2024, project_name__in=projects)
    assert changed.update(status=status, **columns) == len(projects)


def joins(cast: Cast, role: Role, unit: str) -> User:
    """The newcomer, now with a role."""
    Membership.objects.create(user=cast.newcomer, unit=Unit.objects.get(name=unit), role=role.value)
    return cast.newcomer


def act(form: Form, by: User | None, reason: FormVersion.Reason, note: str = "") -> None:
    """Somebody does something with the form, which leaves a version."""
    claim_version(form, expected=form.version)
    record_version(form, form_document(form), by=by, reason=reason, note=note)


def news(client: Client) -> list[str]:
    return texts(client.get(URL), ".news > li")


def test_the_preparer_sees_what_waits_for_him(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    set_status("draft", "海洋生态环境保护", error_count=2)
    set_status("draft", "水生态环境综合管理", error_count=0)
    set_status("returned", "党建、群建工作")
    set_status("submitted", "大气生态环境保护")
    assert cards(client_of("preparer")) == {
        "待填报": ("1", "/to-fill/"),
        "待送审": ("1", "/forms/?role=preparer&status=draft&check=sound"),
        "被退回": ("1", "/forms/?role=preparer&status=returned"),
        "待审核": ("1", "/forms/?role=preparer&status=submitted"),
    }


def test_projects_without_a_form_of_the_open_year_are_to_be_filled_in(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    only_open(2020, self_evaluation=9)
    unit = Unit.objects.get(name=INFORMATION)
    Project.objects.create(code="N1", name="新平台运维", unit=unit)
    Project.objects.create(code="N2", name="早已结束", unit=unit, end="2019-12-31")
    Project.objects.create(code="N3", name="以后才开始", unit=unit, start="2021-01-01")
    response = client_of("stranger").get(URL)
    assert texts(response, ".card-count")[0] == "1"
    assert texts(response, ".card-text")[0] == "1 个项目还没有建表，0 张草稿有错误"
    # The bureau's own projects, and those of a year that is closed, are nobody else's to fill in.
    Form.objects.filter(year=2020, project__unit=unit).update(status="draft", error_count=1)
    assert cards(client_of("stranger"))["待填报"] == ("6", "/to-fill/")


def test_every_card_leads_to_as_many_forms_as_it_says(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    set_status("submitted", "大气生态环境保护", is_late=True)
    set_status("submitted", "生态环境执法和应急")
    set_status("returned", "党建、群建工作")
    set_status("draft", "海洋生态环境保护", "水生态环境综合管理", error_count=0)
    set_status("unit_review", "干部人事管理和队伍建设")
    # Who holds several roles gets, on each desk, what concerns that role alone.
    Membership.objects.create(
        user=cast.auditor, unit=Unit.objects.get(name=CENTRE), role=Role.PREPARER.value
    )
    joins(cast, Role.UNIT_REVIEWER, BUREAU)
    for name in ("preparer", "auditor", "viewer", "newcomer"):
        client = client_of(name)
        for label, (count, address) in cards(client).items():
            if address.startswith("/forms/"):
                shown = text(client.get(address), ".results-count")
                assert shown == f"共 {count} 张表", (name, label)


def test_each_role_counts_its_own_units_only(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    set_status("returned", "党建、群建工作")
    Form.objects.filter(pk=cast.declaration.pk).update(status="returned")
    Membership.objects.create(
        user=cast.auditor, unit=Unit.objects.get(name=CENTRE), role=Role.PREPARER.value
    )
    response = client_of("auditor").get(URL)
    filling, auditing = texts(response, ".desk")
    assert "被退回 1 审核人退回" in filling
    assert "被退回 2 退回修改中" in auditing


def test_without_anything_to_do_the_page_says_so(client_of: Callable[[str], Client]) -> None:
    response = client_of("preparer").get(URL)
    assert text(response, ".desk-clear") == "没有待填报、待送审或被退回的表。"
    response = client_of("auditor").get(URL)
    assert text(response, ".desk-clear") == "没有等待审核的表。"


def test_the_auditor_sees_what_waits_and_which_totals_differ(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    set_status("submitted", "大气生态环境保护", is_late=True)
    set_status("draft", "党建、群建工作")
    found = cards(client_of("auditor"))
    assert found["待审核"] == ("1", "/review/")
    assert found["逾期送审"] == ("1", "/forms/?role=auditor&check=late")
    assert found["总分不一致"] == ("1", "/forms/?role=auditor&check=differs")
    assert found["已公开"] == ("34", "/forms/?role=auditor&status=published")


def test_the_units_own_reviewer_sees_what_waits_for_him(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    joins(cast, Role.UNIT_REVIEWER, BUREAU)
    set_status("unit_review", "大气生态环境保护", "党建、群建工作")
    found = cards(client_of("newcomer"))
    assert found["待单位审核"] == ("2", "/forms/?role=unit_reviewer&status=unit_review")
    assert found["待审核"] == ("0", "/forms/?role=unit_reviewer&status=submitted")


def test_the_viewer_sees_what_is_published(client_of: Callable[[str], Client]) -> None:
    found = cards(client_of("viewer"))
    assert found["已公开"] == ("36", "/forms/?status=published")
    assert found["全部"] == ("36", "/forms/")


def test_the_log_auditor_sees_no_form(cast: Cast, client_of: Callable[[str], Client]) -> None:
    joins(cast, Role.LOG_AUDITOR, BUREAU)
    response = client_of("newcomer").get(URL)
    assert text(response, ".page-head p") == "周新人 · 日志审计员：上海市生态环境局"
    assert texts(response, ".desk") == []
    assert text(response, ".empty h2") == "还没有表"


def test_who_may_read_a_project_finds_its_forms(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    grant = ProjectGrant.objects.create(user=cast.newcomer, valid_until=in_days(5), reason="抽查")
    grant.projects.add(cast.maintenance.project)
    assert cards(client_of("newcomer"))["全部"] == ("1", "/forms/")


def test_the_admin_sees_the_master_data(client_of: Callable[[str], Client]) -> None:
    found = cards(client_of("admin"))
    assert found["单位"] == ("3", "/admin/accounts/unit/")
    assert found["用户"] == ("7", "/admin/accounts/user/")
    assert found["项目"] == ("32", "/admin/projects/project/")
    assert found["计分办法"] == ("3", "/admin/scoring/scoringscheme/")
    assert found["权限表"][1] == "/rights/"


def test_a_role_that_has_run_out_is_none(cast: Cast, client_of: Callable[[str], Client]) -> None:
    cast.preparer.memberships.update(valid_until=in_days(-1))
    response = client_of("preparer").get(URL)
    assert "尚未设置岗位" in text(response, ".page-head p")
    assert texts(response, ".desk h2") == []


def test_last_days_with_what_is_left_to_do(cast: Cast, client_of: Callable[[str], Client]) -> None:
    only_open(2024, self_evaluation=3, declaration=-2, disclosure=40, self_evaluation_review=20)
    set_status("draft", "大气生态环境保护")
    set_status("returned", "党建、群建工作")
    Project.objects.filter(unit__name=BUREAU).exclude(forms__year=2024).update(end="2023-12-31")
    client = client_of("preparer")
    (line,) = [row for row in texts(client.get(URL), ".deadlines tbody tr") if "自评表" in row]
    assert line == f"2024 年自评表送审 {in_days(3)} 还有 3 天 2 张"
    assert texts(client.get(URL), ".due-near") == ["还有 3 天"]
    # The last day for declarations is over and every project of 2024 but the two declared lacks one.
    (overdue,) = texts(client.get(URL), ".due-past")
    assert overdue == "已逾期 2 天"


def test_a_last_day_that_is_over_with_everything_done_is_not_shown(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    only_open(2020, self_evaluation=-5)
    assert texts(client_of("stranger").get(URL), ".deadlines tbody tr") == []


def test_a_last_day_to_come_with_everything_done_is_no_warning(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    only_open(2020, self_evaluation=2)
    response = client_of("stranger").get(URL)
    (line,) = texts(response, ".deadlines tbody tr")
    assert line == f"2020 年自评表送审 {in_days(2)} 都已办完 0"
    assert texts(response, ".due-near") == []


def test_who_was_given_more_time_sees_the_later_day(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    year = only_open(2020, self_evaluation=-5)
    Form.objects.filter(pk=cast.maintenance.pk).update(status="draft")
    client = client_of("stranger")
    assert texts(client.get(URL), ".due-past") == ["已逾期 5 天"]
    # What is extended for the department holds for the units below it.
    DeadlineExtension.objects.create(
        deadline=year.deadlines.get(),
        unit=Unit.objects.get(name=BUREAU),
        due=in_days(30),
        reason="系统停机",
    )
    (line,) = texts(client.get(URL), ".deadlines tbody tr")
    assert line == (f"2020 年自评表送审 已延期 {in_days(30)} 还有 30 天 1 张")


def test_the_auditor_sees_the_last_days_of_reviewing(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    only_open(2024, self_evaluation=-10, self_evaluation_review=0)
    set_status("submitted", "大气生态环境保护", "党建、群建工作")
    rows = texts(client_of("auditor").get(URL), ".deadlines tbody tr")
    assert rows == [f"2024 年自评表审核 {in_days(0)} 今天截止 2 张"]
    assert texts(client_of("viewer").get(URL), ".deadlines tbody tr") == []


def test_what_others_did_since_the_last_visit(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    assert news(client_of("preparer")) == []  # what a command loaded is nobody's news
    act(cast.planning, cast.auditor, FormVersion.Reason.RETURNED, "预算数请核对")
    act(cast.planning, cast.preparer, FormVersion.Reason.SAVED)
    Comment.objects.create(
        form=cast.damaged, by=cast.auditor, text="总分缺失", label="总分", number=1
    )
    commented, returned = news(client_of("preparer"))
    assert "赵审核 批注（总分）：总分缺失" in commented
    assert "赵审核 退回：预算数请核对" in returned
    assert "填写" not in returned  # his own
    (seen,) = [row for row in news(client_of("colleague")) if "综合规划" in row]
    assert "张填报 填写" in seen
    # The auditor is told of steps, not of keystrokes; the stranger of nothing.
    assert news(client_of("auditor")) == []
    assert news(client_of("stranger")) == []


def test_all_is_marked_as_read_up_to_what_the_page_showed(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    act(cast.planning, cast.auditor, FormVersion.Reason.RETURNED, "第一次")
    client = client_of("preparer")
    shown = timezone.now()
    act(cast.damaged, cast.auditor, FormVersion.Reason.RETURNED, "第二次")
    assert len(news(client)) == 2
    assert client.post("/news/read/", {"until": shown.isoformat()})["Location"] == URL
    (left,) = news(client)
    assert "第二次" in left
    # An older page sent again takes nothing back; one from the future reads nothing ahead.
    client.post("/news/read/", {"until": (shown - timedelta(days=9)).isoformat()})
    assert len(news(client)) == 1
    for nonsense in ("2999-01-01T00:00:00+08:00", "2026-02-31T00:00", "x", ""):
        client.post("/news/read/", {"until": nonsense})
        assert read_until(cast.preparer) <= timezone.now()
    assert news(client) == []
    assert text(client.get(URL), ".home-none") == "没有新的变动。"


def test_reading_is_a_post(client_of: Callable[[str], Client]) -> None:
    assert client_of("preparer").get("/news/read/").status_code == 405
    assert client_of("anonymous").post("/news/read/")["Location"] == "/sign-in/?next=/news/read/"


def test_many_news_are_cut_and_say_so(cast: Cast, client_of: Callable[[str], Client]) -> None:
    for form in Form.objects.filter(project__unit__name=BUREAU):
        act(form, cast.auditor, FormVersion.Reason.UNPUBLISHED)
    number = Form.objects.filter(project__unit__name=BUREAU).count()
    rows = news(client_of("preparer"))
    assert len(rows) == 16
    assert rows[-1].startswith(f"另有 {number - 15} 张表有变动")


def test_how_far_the_units_are_drafts_counted_and_not_opened(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    only_open(2024)
    set_status("draft", "大气生态环境保护")
    set_status("submitted", "党建、群建工作")
    client = client_of("auditor")
    address = f"{URL}?year=2024&kind=self_evaluation"
    response = client.get(address)
    assert texts(response, ".progress-table thead th")[1:] == [
        *("草稿", "待单位审核", "待审核", "退回修改", "审核通过", "已公开"),
        "合计",
    ]
    assert texts(response, ".progress-table tbody th") == [BUREAU]
    assert texts(response, ".progress-table tbody td") == ["1", "0", "1", "0", "0", "16", "18"]
    submitted, published = links(response, ".progress-table tbody a")
    assert text(client.get(submitted), ".results-count") == "共 1 张表"
    assert text(client.get(published), ".results-count") == "共 16 张表"
    # Preparers and readers look after no units.
    for name in ("preparer", "viewer"):
        assert texts(client_of(name).get(address), ".progress-table") == []
    assert len(links(client_of("admin").get(address), ".progress-table tbody a")) == 3


def test_the_years_with_their_ratings(client_of: Callable[[str], Client]) -> None:
    response = client_of("auditor").get(URL)
    rows = texts(response, "[aria-labelledby=years] tbody tr")
    assert [row.split()[:3] for row in rows] == [
        ["2026", "申报表", "7"],
        ["2024", "申报表", "2"],
        ["2024", "自评表", "18"],
        ["2020", "自评表", "9"],
    ]
    # 8 forms between 90.95 and 99.99, and 综合规划 whose rows add up to 89.35.
    assert texts(response, "[aria-labelledby=years] tbody tr:last-child .rating") == [
        "优 8 张，平均 97.30 分",
        "良 1 张，平均 89.35 分",
    ]


def test_the_forms_that_need_a_look_the_worst_first(client_of: Callable[[str], Client]) -> None:
    response = client_of("auditor").get(URL)
    rows = texts(response, "[aria-labelledby=to-look-at] tbody tr")
    assert "综合规划、区域协作及资金管理" in rows[0]
    assert "核算 89.35，差 6.00" in rows[0]


def test_a_stranger_sees_the_forms_of_his_unit_only(client_of: Callable[[str], Client]) -> None:
    response = client_of("stranger").get(URL)
    rows = texts(response, "[aria-labelledby=years] tbody tr")
    assert [row.split()[:3] for row in rows] == [["2020", "自评表", "5"]]


def test_the_roles_stand_below_the_name(client_of: Callable[[str], Client]) -> None:
    assert text(client_of("preparer").get(URL), ".page-head p") == (
        "张填报 · 填报人：上海市生态环境局"
    )


def test_without_a_role_the_page_says_whom_to_ask(client_of: Callable[[str], Client]) -> None:
    response = client_of("newcomer").get(URL)
    assert text(response, ".empty h2") == "还没有表"
    assert "请联系系统管理员为您设置单位和岗位" in text(response, ".empty")


@pytest.mark.parametrize(("name", "queries"), [("preparer", 17), ("auditor", 17), ("admin", 22)])
def test_the_page_writes_nothing_and_takes_the_same_few_queries(
    cast: Cast,
    client_of: Callable[[str], Client],
    django_assert_num_queries: DjangoAssertNumQueries,
    name: str,
    queries: int,
) -> None:
    """However many forms, units and news there are."""
    year = only_open(2024, self_evaluation=3, self_evaluation_review=5)
    DeadlineExtension.objects.create(
        deadline=year.deadlines.get(stage="self_evaluation_review"),
        unit=Unit.objects.get(name=BUREAU),
        due=in_days(30),
        reason="系统停机",
    )
    for form in (cast.planning, cast.damaged, cast.maintenance):
        act(form, cast.colleague, FormVersion.Reason.RETURNED)
    client = client_of(name)
    with nothing_written(), django_assert_num_queries(queries):
        client.get(URL)


def test_anonymous_is_sent_to_sign_in(client_of: Callable[[str], Client]) -> None:
    assert client_of("anonymous").get(URL)["Location"] == "/sign-in/?next=/"


def test_other_methods_are_refused(client_of: Callable[[str], Client]) -> None:
    assert client_of("preparer").post(URL).status_code == 405
