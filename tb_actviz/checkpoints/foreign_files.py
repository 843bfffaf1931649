"""What a file is that is none of Keras', told by its first bytes."""

from __future__ import annotations

#: What files begin with that people take for models, or find in their place.
_BEGINNINGS = (
    (b"version https://git-lfs", "a pointer of Git LFS, without the file itself"),
    (b"<!DOCTYPE", "a page of HTML; was it downloaded from the right address?"),
    (b"<!doctype", "a page of HTML; was it downloaded from the right address?"),
    (b"<html", "a page of HTML; was it downloaded from the right address?"),
    (b"<?xml", "a text of XML; was it downloaded from the right address?"),
    (b"\x1f\x8b", "compressed with gzip; unpack it"),
    (b"\xfd7zXZ\x00", "compressed with xz; unpack it"),
    (b"7z\xbc\xaf\x27\x1c", "an archive of 7-Zip; unpack it"),
    (b"Rar!", "an archive of RAR; unpack it"),
    (b"\x93NUMPY", "an array of NumPy"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"CDF", "a file of NetCDF"),
    # Pickles run code when they are read, so nothing more is found out about them.
    (b"\x80\x02", "a pickle of Python, or a file of PyTorch"),
    (b"\x80\x03", "a pickle of Python"),
    (b"\x80\x04", "a pickle of Python"),
    (b"\x80\x05", "a pickle of Python"),
)


def name_content(head: bytes) -> str:
    """Say what a file is that is neither HDF5 nor a ZIP archive.

    Args:
        head: Its first bytes.

    Returns:
        Words to follow "it is".
    """
    if not head:
        return "empty (0 bytes)"
    for beginning, words in _BEGINNINGS:
        if head.startswith(beginning):
            return words
    if head[4:8] == b"TFL3":
        return "a model of TensorFlow Lite, which Keras does not read"
    if head[8:10] == b'{"':
        return "a file of safetensors, which Keras does not read"
    if head.lstrip()[:1] in (b"{", b"["):
        return "a text of JSON; an architecture alone has no weights"
    if head.startswith(b"\x08") and (b"onnx" in head.lower() or b"pytorch" in head):
        return "a model of ONNX, which Keras does not read"
    return f"neither HDF5 nor a ZIP archive of Keras, but begins with {head[:8]!r}"
