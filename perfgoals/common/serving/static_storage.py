"""Static files under names that carry a digest, packed for sending."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class PackedStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Packs with gzip only.

    Brotli, which WhiteNoise adds because WeasyPrint's font library brings it along, makes the files
    a tenth smaller and the first start of an installation half a minute longer.
    """

    # Modules import each other by name; the names carry the digest too, so that a browser never runs
    # modules of two releases together.
    support_js_module_import_aggregation = True

    def url_converter(
        self, name: str, hashed_files: dict[str, str], template: str | None = None
    ) -> Callable[[re.Match[str]], str]:
        """What rewrites a reference within the file ``name``. Scripts that come with a package are left
        as they are: some name modules that only their own build knows."""
        if name.endswith(".js") and not name.startswith("js/"):
            return lambda reference: reference.group(0)
        convert: Callable[[re.Match[str]], str] = super().url_converter(
            name, hashed_files, template
        )
        return convert

    def create_compressor(self, **kwargs: Any) -> Compressor:
        """The packer of one file."""
        return Compressor(use_brotli=False, **kwargs)
