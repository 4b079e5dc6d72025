"""The JSON interface under the editor, open to others as well.

Every answer is JSON. What is wrong comes as ``{"message": …, "errors": [{"path", "code",
"message"}]}`` with a status that says which kind of wrong: 404 not there or not yours, 403 not for
your role, 409 another version or another status, 422 cannot be read or is not sound.
"""

from scoring.api.attachments import router as attachments_router
from scoring.api.forms import router as forms_router
from scoring.api.interface import api
from scoring.api.reviews import router as reviews_router

api.add_router("/", forms_router)
api.add_router("/", attachments_router)
api.add_router("/", reviews_router)

__all__ = ["api"]
