"""Fetching a published weights file once, whole and verified."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from rich.console import Console

from keras_models.squeezenet.errors import WeightsError
from keras_models.squeezenet.transfer import MAX_BYTES, Patience, receive

WEIGHTS_VARIABLE = "SQUEEZENET_WEIGHTS"
IMAGENET_URL = (
    "https://github.com/forresti/SqueezeNet/raw/"
    "51147dc0681638c28aad593b9e923f3500117125/"
    "SqueezeNet_v1.1/squeezenet_v1.1.caffemodel"
)
IMAGENET_BLOB_ID = "9d2fc33abf653a6e8b2ee6cc63ede0e72ec67f44"

_WITHOUT_NETWORK = (
    "Without a network, pass weights=PATH to a copy of the file, or set the "
    f"environment variable {WEIGHTS_VARIABLE} to its path."
)


def download_imagenet() -> Path:
    """Return the file of the original ImageNet weights, downloaded if need be.

    Returns:
        The file in Keras' cache.

    Raises:
        WeightsError: If they cannot be had.
    """
    return fetch(IMAGENET_URL, IMAGENET_BLOB_ID, cache_folder())


def cache_folder() -> Path:
    """Return where Keras keeps downloaded models.

    Returns:
        `models` in the folder that `KERAS_HOME` names, else in `~/.keras`.
    """
    home = os.environ.get("KERAS_HOME") or os.path.join("~", ".keras")
    return Path(os.path.expanduser(home)) / "models"


def fetch(
    url: str,
    blob_id: str,
    folder: Path,
    patience: Patience | None = None,
    console: Console | None = None,
) -> Path:
    """Download a file into a folder, unless it is there already.

    The file appears under its name only once its content is verified; whatever goes
    wrong leaves nothing behind. Several processes may do this at once.

    Args:
        url: Address, http or https; its last part names the file.
        blob_id: Git's id of the content, 40 hexadecimal digits.
        folder: Where the file goes; made if missing.
        patience: Time-outs and repetitions; None for the usual ones.
        console: Where progress is shown; None for standard error.

    Returns:
        The verified file.

    Raises:
        WeightsError: If the file cannot be had, is not the expected one, or cannot be
            written; the message says why, and how to do without a network.
    """
    target = folder / url.rsplit("/", 1)[-1]
    console = console or Console(stderr=True)
    part = folder / f".{target.name}.{os.getpid()}-{secrets.token_hex(4)}.part"
    try:
        if _is_intact(target, blob_id):
            return target
        folder.mkdir(parents=True, exist_ok=True)
        with part.open("xb") as out:
            receive(url, out, patience or Patience(), console)
        received = git_blob_id(part)
        if received != blob_id:
            raise WeightsError(
                f"{part.stat().st_size:,} bytes with the git blob id {received} came "
                f"from there, and {blob_id} was expected: not the published file"
            )
        part.replace(target)
    except WeightsError as error:
        raise WeightsError(
            f"cannot download {url}: {error}. {_WITHOUT_NETWORK}"
        ) from error
    except OSError as error:
        raise WeightsError(
            f"cannot keep {url} in {folder}: {error.strerror or error}. Set KERAS_HOME "
            f"to a folder that can be written. {_WITHOUT_NETWORK}"
        ) from error
    finally:
        _remove(part)
    return target


def git_blob_id(path: Path) -> str:
    """Compute the id under which git would store a file.

    Returns:
        SHA-1 over `blob SIZE`, a zero byte and the content: 40 hexadecimal digits.
    """
    content = path.read_bytes()
    # Git's own naming of content, not a protection of secrets.
    digest = hashlib.sha1(b"blob %d\0" % len(content), usedforsecurity=False)
    digest.update(content)
    return digest.hexdigest()


def _is_intact(path: Path, blob_id: str) -> bool:
    return (
        path.is_file()
        and path.stat().st_size <= MAX_BYTES
        and git_blob_id(path) == blob_id
    )


def _remove(part: Path) -> None:
    try:
        part.unlink(missing_ok=True)
    except OSError:
        # The folder itself is out of reach; the error that says so is on its way.
        return
