"""Units and people in the admin."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import ReadOnlyPasswordHashWidget
from django.contrib.auth.hashers import is_password_usable
from django.contrib.auth.models import Permission
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, ManyToManyField, Q, QuerySet, TextField
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from unfold.admin import TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from perfgoals.accounts.forms import UnitForm
from perfgoals.accounts.models import Membership, Role, Unit, User
from perfgoals.accounts.resources import MAX_PASSWORDS, PASSWORD, UnitResource, UserResource
from perfgoals.accounts.services import (
    device_of,
    end_sessions,
    live_sessions,
    locks_of,
    password_given,
    remove_codes,
    unlock,
)
from perfgoals.common.admin_bases import ReadOnlyAdmin
from perfgoals.common.exchange.views import ExchangeAdmin
from perfgoals.common.models import AuditAction

# The codes from the topmost unit down to this one, by which a list of units shows as a tree. The bound
# on the depth ends it even where units form a circle.
_PATH = """(
WITH RECURSIVE above (parent_id, path) AS (
    SELECT parent_id, ARRAY[code::text] FROM accounts_unit AS own WHERE own.id = accounts_unit.id
    UNION ALL
    SELECT next.parent_id, next.code::text || path FROM accounts_unit AS next
    JOIN above ON next.id = above.parent_id WHERE cardinality(path) < 20
)
SELECT path FROM above ORDER BY cardinality(path) DESC LIMIT 1
)"""
_ACTIONS = {"add": "新增", "change": "修改", "delete": "删除", "view": "查看"}


def _path() -> RawSQL:
    return RawSQL(_PATH, [], output_field=ArrayField(TextField()))


@admin.register(Unit)
class UnitAdmin(ExchangeAdmin):
    form = UnitForm
    resource_classes = [UnitResource]
    list_display = ["indented", "code", "parent", "people_count", "reviews_first", "is_active"]
    list_display_links = ["indented"]
    sortable_by = ()  # it is a tree
    list_filter = ["is_active", "reviews_first", ("parent", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["parent"]
    search_fields = ["code", "name"]
    search_help_text = "按编码、名称查找"
    autocomplete_fields = ["parent"]
    fields = ["code", "name", "parent", "reviews_first", "is_active"]
    import_notes = (
        "按单位编码对应：编码已有的修改，没有的新增；不删除单位。",
        "上级单位填编码，可以在同一个文件里，次序不限。",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Unit]:
        counted = Count("memberships__user", distinct=True)
        return super().get_queryset(request).annotate(path=_path(), people_total=counted)

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        # The expression and not its name: lists of units to choose from take the order only.
        return [_path()]

    @admin.display(description="单位名称", ordering="path")
    def indented(self, unit: Any) -> str:
        depth = len(unit.path) - 1
        return format_html(
            '<span style="display:block;padding-left:{}rem">{}</span>', depth * 1.5, unit.name
        )

    @admin.display(description="用户数", ordering="people_total")
    def people_count(self, unit: Any) -> int:
        return unit.people_total


class MembershipInline(TabularInline):
    model = Membership
    extra = 0
    hide_title = True
    autocomplete_fields = ["unit"]
    fields = ["unit", "role", "valid_until"]


class UserForm(UserChangeForm):
    """Of a password it says whether there is one, not how it is kept."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].widget = PasswordState()


class PasswordState(ReadOnlyPasswordHashWidget):
    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        state = "已设置" if is_password_usable(value) else "未设置，不能登录"
        return {**context, "summary": [{"label": state}]}


def _rights_in_use() -> QuerySet[Permission]:
    """The rights that the admin asks for: of what is only shown, to view it; of memberships too, which
    are kept on the page of their user."""
    wanted = Q(content_type__app_label="accounts", content_type__model="membership")
    for model, model_admin in admin.site._registry.items():
        label, name = model._meta.app_label, model._meta.model_name
        right = Q(content_type__app_label=label, content_type__model=name)
        if isinstance(model_admin, ReadOnlyAdmin):
            right &= Q(codename__startswith="view_")
        wanted |= right
    rights = Permission.objects.filter(wanted).select_related("content_type")
    return rights.order_by("content_type__app_label", "content_type__model", "codename")


class PermissionChoice(forms.ModelMultipleChoiceField):
    """Rights named in Chinese; Django keeps their names in English."""

    def label_from_instance(self, permission: Permission) -> str:
        content_type = permission.content_type
        model = content_type.model_class()
        action = permission.codename.partition("_")[0]
        title = model._meta.verbose_name if model else content_type.model
        return f"{title}：{_ACTIONS.get(action, action)}"


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ExchangeAdmin):
    """Who is in the way leaves by 有效; only who never signed in can be deleted, so that the trail of
    what people did stays whole."""

    form = UserForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    resource_classes = [UserResource]
    recorded_as = AuditAction.RIGHTS
    list_display = ["username", "full_name", "roles", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser", "memberships__role"]
    search_fields = ["username", "full_name", "memberships__unit__name", "memberships__unit__code"]
    search_help_text = "按用户名、姓名、单位查找"
    ordering = ["username"]
    filter_horizontal = ()
    inlines = [MembershipInline]
    readonly_fields = ["last_login", "date_joined", "safety"]
    actions = ["lift_lock", "sign_out_everywhere", "remove_device"]
    fieldsets = [
        (None, {"fields": ["username", "full_name", "email", "is_active", "password", "safety"]}),
        (
            "后台",
            {
                "classes": ["collapse"],
                "description": "填报、审核由下面的岗位决定，与这里无关。"
                "这里只决定谁能进管理后台、在其中能做什么。",
                "fields": ["is_staff", "is_superuser", "user_permissions"],
            },
        ),
        ("记录", {"classes": ["collapse"], "fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"fields": ["username", "full_name", "password1", "password2"]})]
    import_notes = (
        "按用户名对应：用户名已有的修改，没有的新增；不删除用户。",
        f"岗位写成「单位编码 岗位」，几个之间用分号隔开；岗位有：{'、'.join(Role.labels)}。"
        "只在一段时间内有效的，后面写「至」和最后一天，如「310100 查阅人 至2026-12-31」。",
        f"「{PASSWORD}」只用于新用户，一个文件最多 {MAX_PASSWORDS} 个；不填的用户不能登录，"
        "直到管理员在用户页面设置密码。密码不会导出。",
    )
    reserved: ClassVar[tuple[str, ...]] = ("is_staff", "is_superuser", "user_permissions")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("memberships__unit")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Only a superuser hands out rights in the admin."""
        readonly = list(super().get_readonly_fields(request, obj))
        return readonly if request.user.is_superuser else [*readonly, *self.reserved]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if obj is not None and (obj.last_login is not None or obj.is_superuser):
            return False
        return super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def formfield_for_manytomany(
        self, db_field: ManyToManyField, request: HttpRequest, **kwargs: Any
    ) -> forms.ModelMultipleChoiceField | None:
        if db_field.name == "user_permissions":
            return PermissionChoice(
                label="权限",
                required=False,
                queryset=_rights_in_use(),
                widget=UnfoldAdminCheckboxSelectMultipleWidget(),
            )
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @admin.display(description="岗位")
    def roles(self, user: User) -> str:
        held = user.memberships.all()
        return "；".join(f"{one.unit} {one.get_role_display()}" for one in held) or "—"

    @admin.display(description="登录安全")
    def safety(self, user: User) -> str:
        """What guards the sign-in, and what stands in its way; each is changed by an action of the
        list."""
        if user.pk is None:
            return "—"
        locks = locks_of([user.username]).get(user.username, [])
        where = "、".join(lock or "任何地址" for lock in locks)
        lines = [
            f"登录锁定：在 {where} 已锁定" if locks else "登录锁定：无",
            f"动态验证码：{'已启用' if device_of(user) else '未启用'}",
            f"正在登录：{live_sessions(user).count()} 处",
        ]
        if user.must_change_password:
            lines.append("密码由管理员设置，登录后须先修改")
        listed = format_html_join("", "<li>{}</li>", ((line,) for line in lines))
        return format_html(
            "<ul>{}</ul><p>解除锁定、退出登录、移除设备：在用户列表中勾选后选择操作。</p>", listed
        )

    @admin.action(description="解除登录锁定", permissions=["change"])
    def lift_lock(self, request: Any, queryset: QuerySet[User]) -> None:
        freed = unlock(self._reachable(request, queryset), by=request.user)
        self.message_user(request, f"已解除 {freed} 个用户的登录锁定。", messages.SUCCESS)

    @admin.action(description="退出全部登录", permissions=["change"])
    def sign_out_everywhere(self, request: Any, queryset: QuerySet[User]) -> None:
        """End the sessions of the people, but for the one in which this is asked for."""
        ended = 0
        for user in self._reachable(request, queryset):
            sessions = live_sessions(user).exclude(pk=request.session.session_key)
            ended += end_sessions(
                sessions.select_related("user"), by=request.user, reason="管理员结束会话"
            )
        self.message_user(request, f"已退出 {ended} 个登录。", messages.SUCCESS)

    @admin.action(description="移除动态验证码（设备丢失）", permissions=["change"])
    def remove_device(self, request: Any, queryset: QuerySet[User]) -> None:
        people = self._reachable(request, queryset)
        removed = sum(remove_codes(user, by=request.user, reason="管理员移除") for user in people)
        self.message_user(request, f"已移除 {removed} 个用户的动态验证码。", messages.SUCCESS)

    def _reachable(self, request: HttpRequest, queryset: QuerySet[User]) -> list[User]:
        """The chosen people, all of whom must be within reach, as on their own pages."""
        people = list(queryset)
        if not all(self.has_change_permission(request, user) for user in people):
            raise PermissionDenied("系统管理员的登录只能由系统管理员处理")
        return people

    def user_change_password(self, request: Any, id: str, form_url: str = "") -> HttpResponse:
        """Another password, of the administrator's choice: the person replaces it, and is signed out."""
        people = User.objects.filter(pk=id) if id.isdecimal() else User.objects.none()
        with transaction.atomic():
            before = people.values_list("password", flat=True).first()
            response: HttpResponse = super().user_change_password(request, id, form_url)
            user = people.first()
            if request.method == "POST" and user is not None and user.password != before:
                own = user == request.user
                keep = request.session.session_key if own else None
                password_given(user=user, by=request.user, keep=keep)
        return response

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change and obj.has_usable_password():
            obj.must_change_password = True
        super().save_model(request, obj, form, change)

    def _record(self, request: Any, obj: Any, action: AuditAction, verb: str) -> None:
        """A password that was set is recorded as such, see above."""
        if request.resolver_match.url_name != "auth_user_password_change":
            super()._record(request, obj, action, verb)
