"""What the summary of an event holds, as it lies in its file, without reading it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tb_actviz.writing.reader import Source, StoredEvent, fields

# Keys of fields: their number and, in the last three bits, their type.
_VALUE = 0x0A  # in `Summary`
_TAG, _METADATA = 0x0A, 0x4A  # in `Summary.Value`
_SIMPLE, _TENSOR = 0x15, 0x42
_PLUGIN = 0x0A  # in `SummaryMetadata`
_NAME, _CONTENT = 0x0A, 0x12  # in `SummaryMetadata.PluginData`
_STRING = 0x42  # in `TensorProto`
#: No tag and no name of a plugin comes near it.
_LONGEST_NAME = 1 << 16
#: More than protocol buffers can hold in one message.
_TOO_LONG = 1 << 31


@dataclass(frozen=True, slots=True)
class StoredValue:
    """A value of a summary.

    Args:
        tag: Its tag.
        plugin: The plugin that it is for, empty where it does not say so.
        start: Where its first byte is in the file.
        end: Where the byte after its last one is.
        simple: Whether it is a number of TensorBoard's first format.
        tensor: Where its tensor starts and ends, None where it has none.
        content: Where what it says to its plugin starts and ends, if it does.
    """

    tag: str
    plugin: str
    start: int
    end: int
    simple: bool
    tensor: tuple[int, int] | None
    content: tuple[int, int] | None


def values_in(source: Source, event: StoredEvent) -> Iterator[StoredValue]:
    """Go through the values of an event's summary.

    Args:
        source: The file it lies in.
        event: The event.

    Yields:
        Each value; none of those after the first that is not one.
    """
    if event.summary is None or event.end - event.start >= _TOO_LONG:
        return
    try:
        for key, start, end in fields(source, *event.summary):
            if key == _VALUE:
                yield _value(source, start, end)
    except ValueError:
        return


def strings_in(source: Source, tensor: tuple[int, int]) -> list[tuple[int, int]]:
    """Find the strings that a tensor holds.

    Args:
        source: The file it lies in.
        tensor: Where it starts and ends.

    Returns:
        Where each string starts and ends.

    Raises:
        ValueError: If it is no tensor.
    """
    return [
        (start, end) for key, start, end in fields(source, *tensor) if key == _STRING
    ]


def _value(source: Source, start: int, end: int) -> StoredValue:
    tag, plugin = "", ""
    simple, tensor, content = False, None, None
    for key, first, last in fields(source, start, end):
        if key == _TAG:
            tag = _text(source, first, last)
        elif key == _SIMPLE:
            simple = True
        elif key == _TENSOR:
            tensor = first, last
        elif key == _METADATA:
            for of_metadata, *data in fields(source, first, last):
                if of_metadata == _PLUGIN:
                    plugin, content = _of_plugin(source, *data)
    return StoredValue(tag, plugin, start, end, simple, tensor, content)


def _of_plugin(
    source: Source, start: int, end: int
) -> tuple[str, tuple[int, int] | None]:
    name, content = "", None
    for key, first, last in fields(source, start, end):
        if key == _NAME:
            name = _text(source, first, last)
        elif key == _CONTENT:
            content = first, last
    return name, content


def _text(source: Source, start: int, end: int) -> str:
    return source.read(start, min(end, start + _LONGEST_NAME)).decode()
