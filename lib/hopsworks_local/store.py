"""The folder that holds everything: Delta tables, files and metadata."""

import contextlib
import re
import shutil
import tempfile
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from hopsworks_local.errors import BadRequest, Forbidden, StoreError
from hopsworks_local.metadata import Document, Kind, Metadata

NEW_PROJECT = "local"  # the name of a store's project if none is given
DATASETS = ("Models", "Resources", "Logs", "Jupyter")
FOLDERS = ("featuregroups", "files", "uploads", "trash", "services", "logs")
KEPT_DAYS = {"uploads": 1, "trash": 1, "logs": 14}
DAY = 24 * 3600
MAX_NAME_BYTES = 255
UNWRITABLE = frozenset("#%[]^|*?\\")  # delta-rs fails on some of them in a path, DuckDB takes others for patterns


class Store:
    """One project in a folder, which may hold several; several services may use it at once.

    Parameters
    ----------
    folder : Path
        Made if missing.
    project : str, optional
        Name of the project, made if missing; default: the first that the folder holds, in a new one `local`.

    Raises
    ------
    StoreError
        If the folder is no folder, not writable or of a newer format, or of an older one and in use.
    BadRequest
        If the project's name is not one.
    """

    def __init__(self, folder: Path, project: str | None = None) -> None:
        self.folder = folder.absolute()
        if project is not None:
            _check_project(project)
        _check_folder(self.folder)
        metadata = Metadata(self.folder / "metadata.sqlite", new=not self._holds_anything())
        if metadata.outdated:
            _check_unused(self.folder)
            metadata.migrate()
        self.projects, self.project = _claim(metadata, project)
        self.project_id = self.projects[self.project]
        self.metadata = metadata.of(self.project_id)
        self.tables = self.folder / ("featuregroups" if self._is_first else f"featuregroups-{self.project}")
        inside = [self.folder / name for name in FOLDERS]
        for place in (*inside, self.tables, *(self.files / dataset for dataset in self.datasets)):
            place.mkdir(parents=True, exist_ok=True)

    @property
    def datasets(self) -> tuple[str, ...]:
        """Names of the project's top-level folders."""
        return (*DATASETS, f"{self.project}_Training_Datasets")

    @property
    def files(self) -> Path:
        """The project's file system."""
        return self.folder / "files" / "Projects" / self.project

    def _holds_anything(self) -> bool:
        """Whether there are tables or files that metadata must know of."""
        tables = self.folder.glob("featuregroups*/*")
        files = (file for file in (self.folder / "files").rglob("*") if file.is_file())
        return any(tables) or any(files)

    @property
    def _is_first(self) -> bool:
        """Whether the project is the one that the folder was made with."""
        return self.project_id == min(self.projects.values())

    def table(self, name: str, version: int) -> Path:
        """Return the folder of a feature group's Delta table."""
        return self.tables / f"{name}_{version}"

    def file(self, path: str) -> Path:
        """Return where a path of the project's file system lies on disk.

        Parameters
        ----------
        path : str
            As clients write it: `Models/a`, `/Projects/<project>/Models/a` or with a scheme and host before it.

        Raises
        ------
        Forbidden
            If the path leaves the project's folder, by `..`, by another project's name or by a link.
        BadRequest
            If a name in it is not one that a file can have.
        """
        inside = re.sub(r"^\w+://[^/]*", "", path).strip("/")
        if inside == "Projects" or inside.startswith("Projects/"):
            _, _, inside = inside.partition("/")
            project, _, inside = inside.partition("/")
            if project != self.project:
                raise Forbidden(f"the path {path!r} is not in the project {self.project!r}")
        parts = [part for part in inside.split("/") if part]
        for part in parts:
            _check_name(part, path)
        target = self.files.joinpath(*parts)
        try:
            inside_project = target.resolve().is_relative_to(self.files.resolve())
        except (RuntimeError, OSError) as error:
            raise BadRequest(f"the path {path[:80]!r} leads nowhere: {error}") from error
        if not inside_project:
            raise Forbidden(f"the path {path!r} leads out of the project's files")
        return target

    def remote(self, file: Path) -> str:
        """Return the path by which clients know a file."""
        return f"/Projects/{self.project}/{file.relative_to(self.files)}".removesuffix("/.")

    def temporary(self, suffix: str = "") -> Path:
        """Return a fresh path on the store's own file system, to write to and then move into place."""
        return self.folder / "uploads" / f"{uuid.uuid4().hex}{suffix}"

    def discard(self, path: Path) -> None:
        """Remove a file or folder so that others see all of it or nothing."""
        grave = self.folder / "trash" / uuid.uuid4().hex
        with contextlib.suppress(FileNotFoundError):
            path.rename(grave)
            remove(grave)

    def bury(self, documents: Sequence[Document], folders: Sequence[Path]) -> list[Document]:
        """Remove documents, and note which folders are to be cleared, so that at least the next service does it."""
        places = [{"path": folder.relative_to(self.folder).as_posix()} for folder in folders]
        with self.metadata.transaction():
            self.metadata.remove(*documents)
            return [self.metadata.add(Kind.GRAVE, "", place) for place in places]

    def clear(self, graves: Sequence[Document]) -> None:
        """Remove folders from the disk, unless something new has been made there."""
        with self.metadata.transaction():
            used = self._used() if graves else set()
            for grave in graves:
                folder = self.folder / grave.body["path"]
                if folder not in used:
                    self.discard(folder)
            self.metadata.remove(*graves)

    def _used(self) -> set[Path]:
        """The folders of all tables, models and training datasets."""
        metadata = self.metadata
        tables = {self.table(group.name, group.version) for group in metadata.all(Kind.FEATURE_GROUP)}
        models = {self.file(f"Models/{model.name}/{model.version}") for model in metadata.all(Kind.MODEL)}
        datasets = {
            self.file(dataset.body["location"])
            for view in metadata.all(Kind.FEATURE_VIEW)
            for ready in (True, False)
            for dataset in metadata.all(Kind.TRAINING_DATASET, parent=view.id, ready=ready)
        }
        return tables | models | datasets

    def sweep(self) -> None:
        """Remove what killed services left behind, and old logs."""
        self.clear(self.metadata.all(Kind.GRAVE))
        for name, days in KEPT_DAYS.items():
            for leftover in (self.folder / name).iterdir():
                with contextlib.suppress(OSError):
                    if _age(leftover) > days * DAY:
                        remove(leftover)
        self._sweep_models()
        self._sweep_training_datasets()

    def _sweep_models(self) -> None:
        """Remove versions that nobody has registered and nothing has been added to for a day."""
        known = {(model.name, str(model.version)) for model in self.metadata.all(Kind.MODEL)}
        for folder in self.files.glob("Models/*/*"):
            unknown = folder.name.isdigit() and folder.is_dir() and (folder.parent.name, folder.name) not in known
            with contextlib.suppress(OSError):  # others are at work in it
                if unknown and min(map(_age, [folder, *folder.rglob("*")])) > DAY:
                    self.discard(folder)
                    folder.parent.rmdir()

    def _sweep_training_datasets(self) -> None:
        """Remove those whose files have not been written for a day since they were asked for."""
        for view in self.metadata.all(Kind.FEATURE_VIEW):
            for dataset in self.metadata.all(Kind.TRAINING_DATASET, parent=view.id, ready=False):
                if datetime.now(UTC) - datetime.fromisoformat(dataset.body["created"]) > timedelta(seconds=DAY):
                    self.metadata.remove(dataset)
                    self.discard(self.file(dataset.body["location"]))


def open_projects(folder: Path, wanted: Sequence[str] = ()) -> list[Store]:
    """Return all projects of a folder, the wanted ones first; errors are those of `Store`."""
    first = Store(folder, wanted[0] if wanted else None)
    names = dict.fromkeys([first.project, *wanted, *first.projects])
    return [first, *(Store(folder, name) for name in names if name != first.project)]


def _claim(metadata: Metadata, wanted: str | None) -> tuple[dict[str, int], str]:
    """Return the projects of a folder with their ids, and the name of the wanted one, which is made if missing."""
    with metadata.transaction():
        projects = {project.name: project.id for project in metadata.all(Kind.PROJECT)}
        name = wanted or min(projects, key=projects.get, default=NEW_PROJECT)
        if name not in projects:
            projects[name] = metadata.add(Kind.PROJECT, name, {}, version=1).id
    return projects, name


def _age(path: Path) -> float:
    """Seconds since a file or folder changed."""
    return time.time() - path.lstat().st_mtime


def remove(path: Path) -> None:
    """Remove a file, a link or a whole folder; nothing happens if it is gone already."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _check_unused(folder: Path) -> None:
    """Refuse to migrate what an older service is still writing to."""
    if is_served(folder):
        raise StoreError(
            f"the store {folder} has an older format and is in use: stop the services over it, then start again"
        )


def is_served(folder: Path) -> bool:
    """Say whether a service is running over a folder."""
    for service in folder.glob("services/*"):
        try:
            with FileLock(service / "lock", timeout=0):
                pass
        except (Timeout, OSError):
            return True
    return False


def _check_project(name: str) -> None:
    if not re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_]{0,62}", name):
        raise BadRequest(f"the project name {name!r} must begin with a letter and consist of letters, digits and _")


def _check_folder(folder: Path) -> None:
    unwritable = UNWRITABLE.intersection(folder.as_posix())
    if unwritable:
        raise StoreError(f"the store {folder} has {' '.join(sorted(unwritable))} in its path: choose another place")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # other users of the machine have no key either
        with tempfile.TemporaryFile(dir=folder):
            pass
    except FileExistsError as error:
        raise StoreError(f"the store {folder} is a file: give a folder") from error
    except OSError as error:
        raise StoreError(f"the store folder {folder} cannot be written to: {error.strerror}") from error


def _check_name(name: str, path: str) -> None:
    if name in (".", "..") or "\\" in name:
        raise Forbidden(f"the path {path!r} leaves its folder: write it without '.', '..' and backslashes")
    if not name.isprintable() or len(name.encode()) > MAX_NAME_BYTES:
        raise BadRequest(f"the name {name[:40]!r} in a path must be printable and at most {MAX_NAME_BYTES} bytes long")
