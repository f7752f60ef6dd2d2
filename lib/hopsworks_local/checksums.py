"""Checksums of files that are complete and will not change: of registered models and of training data."""

import hashlib
from pathlib import Path

from hopsworks_local.metadata import Document, Kind, Metadata


def of(folder: Path) -> dict[str, str]:
    """Return the checksums of all files below a folder."""
    return {str(file.relative_to(folder)): _digest(file) for file in sorted(folder.rglob("*")) if file.is_file()}


def remember(metadata: Metadata, owner: Document, files: dict[str, str]) -> None:
    """Keep checksums with the document that the files belong to, instead of those that it has."""
    with metadata.transaction():
        metadata.remove(*metadata.all(Kind.CHECKSUMS, parent=owner.id))
        metadata.add(Kind.CHECKSUMS, "", files, version=1, parent=owner.id)


def differences(metadata: Metadata, owner: Document, folder: Path) -> list[str]:
    """Return what is wrong with the files below a folder, one line each; nothing is known of older stores' files."""
    known = {
        name: digest for each in metadata.all(Kind.CHECKSUMS, parent=owner.id) for name, digest in each.body.items()
    }
    found = {name: folder / name for name in known}
    missing = [f"{name} is missing" for name, file in found.items() if not file.is_file()]
    return missing + [
        f"{name} is not what was stored"
        for name, file in found.items()
        if file.is_file() and _digest(file) != known[name]
    ]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
