"""Publishing the Spaces on Hugging Face: each is put together in a folder, exactly as it is then uploaded.

In a Space the app, the packages and the store lie side by side, where Python and `lifeboat.store` look by
themselves. So the app runs unchanged: on Hopsworks if the Space has the secret ``HOPSWORKS_API_KEY``, else on the
snapshot of the local store that came with it.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from lifeboat import store
from lifeboat.errors import LifeboatError, check_name

SPACES = ("predict", "monitor")
_PRIVATE = shutil.ignore_patterns("__pycache__", ".*", "*.egg-info", "build")


class DeployError(LifeboatError):
    """A Space cannot be put together or published."""


@dataclass(frozen=True)
class Space:
    """A Space as it was put together and, unless it was a dry run, published.

    Attributes
    ----------
    name : str
        One of `SPACES`.
    folder : Path
        The folder that was, or would be, uploaded.
    address : str
        Its page on Hugging Face.
    """

    name: str
    folder: Path
    address: str

    @property
    def files(self) -> list[Path]:
        """The files of the folder, relative to it."""
        return sorted(path.relative_to(self.folder) for path in self.folder.rglob("*") if path.is_file())

    @property
    def size(self) -> int:
        """Their size in bytes."""
        return sum((self.folder / path).stat().st_size for path in self.files)


def deploy(user: str, *, dry_run: bool = False, folder: Path | None = None) -> list[Space]:
    """Publish both Spaces, as ``<user>/lifeboat-<name>``, replacing what is there.

    Parameters
    ----------
    user : str
        A Hugging Face user or organisation that the token of ``HF_TOKEN``, or of ``hf auth login``, may write to.
    dry_run : bool, default False
        Put the folders together and go no further: no token is needed, nothing leaves the machine.
    folder : Path, optional
        Where they are put together; ``build/spaces`` in the project's folder unless given.

    Returns
    -------
    list of Space
        In the order of `SPACES`.

    Raises
    ------
    DeployError
        If the name or the token is wrong, there is nothing to show in the Spaces, or Hugging Face cannot be reached.
    """
    _check_user(user)
    token = None if dry_run else _token()
    folder = folder or store.project_folder() / "build" / "spaces"
    spaces = [_put_together(name, user, folder / name) for name in SPACES]
    for space in spaces if token else []:
        _publish(space, f"{user}/lifeboat-{space.name}", token)
    return spaces


def build(name: str, folder: Path) -> Path:
    """Put together the folder of a Space: the app, its requirements, the library and a snapshot of the store.

    Parameters
    ----------
    name : str
        One of `SPACES`.
    folder : Path
        An empty folder, or one to be made.

    Raises
    ------
    DeployError
        If the Space is unknown, the folder is in use, or there is no store to take a snapshot of.
    LifeboatError
        If the store is damaged.
    """
    check_name("space", name, SPACES, error=DeployError)
    if folder.exists() and any(folder.iterdir()):
        raise DeployError(f"folder is {folder}, which is not empty: give a new or an empty one.")
    with_store = _has_store()
    project = store.project_folder()
    shutil.copytree(project / "spaces" / name, folder, dirs_exist_ok=True, ignore=_PRIVATE)
    for package in ("lifeboat", "hopsworks_local"):
        shutil.copytree(project / "lib" / package, folder / package, ignore=_PRIVATE)
    if with_store:
        store.snapshot(folder / "store")
    return folder


def _has_store() -> bool:
    """Say whether there is a local store to take along; there may be none if the cloud is in use."""
    if not store.exists() and store.is_local():
        raise DeployError(f"there is no store in {store.store_folder()} to show in the Spaces: make one by `make run`.")
    return store.exists()


def _check_user(user: str) -> None:
    from huggingface_hub.utils import HFValidationError, validate_repo_id

    try:
        validate_repo_id(f"{user}/lifeboat")
    except HFValidationError as error:
        raise DeployError(
            f"the user is {user!r}; allowed: the name of a user or an organisation on Hugging Face (HF_USER=...)."
        ) from error


def _token() -> str:
    import huggingface_hub

    token = huggingface_hub.get_token()
    if not token:
        raise DeployError(
            "there is no Hugging Face token: set HF_TOKEN to one that may write "
            "(huggingface.co/settings/tokens), or log in with `hf auth login`."
        )
    return token


def _put_together(name: str, user: str, folder: Path) -> Space:
    shutil.rmtree(folder, ignore_errors=True)
    return Space(name, build(name, folder), f"https://huggingface.co/spaces/{user}/lifeboat-{name}")


def _publish(space: Space, repository: str, token: str) -> None:
    from httpx2 import HTTPError
    from huggingface_hub import HfApi

    hub = HfApi(token=token)
    try:
        hub.create_repo(repository, repo_type="space", space_sdk="gradio", exist_ok=True)
        hub.upload_folder(
            repo_id=repository,
            repo_type="space",
            folder_path=space.folder,
            commit_message="Publish from the project's folder",
            delete_patterns="*",  # what is no longer in the folder
        )
    except (HTTPError, OSError) as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise DeployError(
            f"Hugging Face did not take {repository}: {reason}. "
            "Check that the network is there and that the token may write to this user or organisation."
        ) from error
