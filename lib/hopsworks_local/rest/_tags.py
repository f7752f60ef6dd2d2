"""Tags: named JSON values that belong to a feature group, feature view, training dataset or model."""

import contextlib
import json
from typing import Any

from hopsworks_local.metadata import Document, Kind, Metadata


def attach(metadata: Metadata, owner: Document, tags: Any) -> None:
    """Attach the tags with which something is created, as the client lists them."""
    for tag in (tags or {}).get("items", []):
        set_tag(metadata, owner, tag["name"], tag["value"])


def set_tag(metadata: Metadata, owner: Document, name: str, value: Any) -> None:
    """Set one tag, which may be there already."""
    if isinstance(value, str):
        with contextlib.suppress(ValueError):  # the client turns objects into text, but not texts
            value = json.loads(value)
    with metadata.transaction():
        remove_tag(metadata, owner, name)
        metadata.add(Kind.TAG, name, {"value": value}, version=1, parent=owner.id)


def remove_tag(metadata: Metadata, owner: Document, name: str) -> None:
    """Remove one tag; nothing happens if it is not there."""
    metadata.remove(*metadata.all(Kind.TAG, name=name, parent=owner.id))


def tags_of(metadata: Metadata, owner: Document) -> dict[str, Any]:
    """Return all tags by name."""
    return {tag.name: tag.body["value"] for tag in metadata.all(Kind.TAG, parent=owner.id)}
