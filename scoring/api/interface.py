"""The interface itself: who may call it, and how what goes wrong is said."""

from __future__ import annotations

from typing import Annotated, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as RequestError
from ninja.parser import Parser
from ninja.security import HttpBearer, SessionAuth
from pydantic import AfterValidator

from perfgoals.accounts.services import user_of_token
from perfgoals.common.documents import DocumentError, read_json, shape_message
from projects.workflow import WrongStatus
from scoring.services import NotSound

# The database keeps every character but this one.
Words = Annotated[str, AfterValidator(lambda text: text.replace("\x00", ""))]


class BrowserSession(SessionAuth):
    """The session of somebody who signed in, with a CSRF token for every change."""

    def __call__(self, request: HttpRequest) -> Any:
        # Who is not signed in, or shows a token, is not asked for a CSRF token first.
        if "Authorization" in request.headers or not request.user.is_authenticated:
            return None
        return super().__call__(request)


class ExactParser(Parser):
    """JSON with decimals kept exact: 12.10 is two decimals, not a binary fraction."""

    def parse_body(self, request: HttpRequest) -> Any:
        return read_json(request.body)


class TokenAuth(HttpBearer):
    """Authorization: Bearer TOKEN, with a personal token."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        user = user_of_token(token)
        if user is not None:
            request.user = user
        return user


api = NinjaAPI(
    title="绩效目标接口",
    version="1",
    description="填报页面所用的同一接口。用登录会话（带 CSRF 令牌）或个人令牌调用。",
    auth=[TokenAuth(), BrowserSession()],
    parser=ExactParser(),
    urls_namespace="api",
)


def answer(
    request: HttpRequest, status: int, message: str, errors: list[dict[str, Any]] | None = None
) -> HttpResponse:
    """What is wrong, in one sentence and cell by cell."""
    return api.create_response(request, {"message": message, "errors": errors or []}, status=status)


@api.exception_handler(AuthenticationError)
def not_signed_in(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return answer(request, 401, "尚未登录或登录已过期，请重新登录")


@api.exception_handler(HttpError)
def not_accepted(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What the framework refuses by itself: a body that is no JSON, a session without CSRF token."""
    reason = error.__cause__
    if isinstance(reason, DocumentError):
        errors = [{"path": e.path, "code": e.code, "message": e.message} for e in reason.errors]
        return answer(request, 400, f"请求的内容{errors[0]['message']}", errors)
    if error.status_code == 403:
        message = "缺少 CSRF 令牌，或令牌已失效，请刷新页面后重试"
        return answer(request, 403, message, [{"path": "", "code": "csrf", "message": message}])
    return answer(request, error.status_code, "请求不能处理，请核对地址、方法和内容")


@api.exception_handler(Http404)
def not_there(request: HttpRequest, error: Http404) -> HttpResponse:
    return answer(request, 404, "没有这份内容，或您无权查看")


@api.exception_handler(PermissionDenied)
def not_allowed(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return answer(request, 403, str(error) or "您的岗位不能这样做")


@api.exception_handler(WrongStatus)
def wrong_status(request: HttpRequest, error: WrongStatus) -> HttpResponse:
    return answer(request, 409, str(error), [{"code": "status", "path": "", "message": str(error)}])


@api.exception_handler(DocumentError)
def not_a_document(request: HttpRequest, error: DocumentError) -> HttpResponse:
    errors = [{"path": e.path, "code": e.code, "message": e.message} for e in error.errors]
    return answer(request, 422, f"有 {len(errors)} 处不能读取", errors)


@api.exception_handler(ValidationError)
def not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return answer(request, 422, "；".join(error.messages))


@api.exception_handler(NotSound)
def not_sound(request: HttpRequest, error: NotSound) -> HttpResponse:
    return answer(request, 422, str(error), [finding.as_json() for finding in error.findings])


@api.exception_handler(RequestError)
def not_understood(request: HttpRequest, error: RequestError) -> HttpResponse:
    errors = [
        {
            "path": ".".join(str(part) for part in item["loc"][1:]),
            "code": item["type"],
            # The framework leaves out what was sent, but for the tag of a kind that there is not.
            "message": shape_message({"input": item.get("ctx", {}).get("tag"), **item}),
        }
        for item in error.errors
    ]
    return answer(request, 422, f"请求中有 {len(errors)} 处不能读取", errors)
