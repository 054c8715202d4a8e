"""Makes the zips of pure Python libraries that the engine loads only when a file asks for one.

PyYAML (MIT) and pypdf (BSD) come out of our own environment, which pins them with hashes: their Python files
without compiled parts, with their licences, in one order and without dates.
"""

from __future__ import annotations

import io
import zipfile
from importlib.metadata import distribution
from pathlib import Path

LIBRARIES = (("pyyaml.zip", "PyYAML", "yaml"), ("pypdf.zip", "pypdf", "pypdf"))
FIRST_DATE = (1980, 1, 1, 0, 0, 0)


def bake(out: Path) -> None:
    """Write every library that is not there yet."""
    for asset, name, package in LIBRARIES:
        if not (out / asset).exists():
            (out / asset).write_bytes(pure(name, package))


def pure(name: str, package: str) -> bytes:
    """The Python files of an installed package and its licence."""
    files = {
        str(file): Path(str(file.locate())).read_bytes()
        for file in distribution(name).files or ()
        if (file.parts[0] == package and file.suffix == ".py") or file.name == "LICENSE"
    }
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            member = zipfile.ZipInfo(path, FIRST_DATE)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, files[path])
    return data.getvalue()
