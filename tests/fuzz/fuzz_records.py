"""Coverage-guided fuzzing of whatever reads what others may have written.

    python tests/fuzz/fuzz_records.py -max_total_time=3600

Takes the options and folders of libFuzzer, and runs until it finds something or its
time is over. It starts from real records, which it makes in a temporary folder, where
it also keeps what it finds on its way; a folder that is named is used instead. What
fails lies in a file `crash-…` in the current folder: give that file alone to see it
fail again.

Headers, values and queries may be refused in one line, by errors of our own. Nothing
else may come out, and nothing may take a second or 100 MB.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
import warnings
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import atheris
import numpy as np
from werkzeug.wrappers import Request

with atheris.instrument_imports(include=["tb_actviz.records", "tb_actviz.plugin"]):
    from tb_actviz.plugin import request_arguments as asked
    from tb_actviz.plugin.errors import MalformedError, RefusalError, TooLargeError
    from tb_actviz.plugin.record_data import check_inflates, inflated_size
    from tb_actviz.receptive_field import ReceptiveField, TokenGrid
    from tb_actviz.records.codec import PRECISIONS, Packed, inflate, pack, unpack
    from tb_actviz.records.facts import (
        MAX_INPUTS,
        PER_CHANNEL_NUMBERS,
        InputFacts,
        LayerFacts,
        Record,
    )
    from tb_actviz.records.header import read_header
    from tb_actviz.records.schema import (
        RecordError,
        decode_record,
        encode_record,
    )

SECONDS = 1.0
BYTES = 100_000_000
#: More is not unpacked, since what it takes when all is well would be too much.
MOST_BYTES = 1 << 21
#: What a small stream may inflate to, in bytes.
BOMB = 1 << 24
PAGE = resource.getpagesize()
#: What mutations put together, beside what they make up.
WORDS = [
    *(f'"{key}":' for key in ("schema", "producer", "step", "position", "layer")),
    *(f'"{key}":' for key in ("path", "class_name", "kind", "partner", "preprocess")),
    *(f'"{key}":' for key in ("reduced", "dead", "inputs", "name", "shape", "dtype")),
    *(f'"{key}":' for key in ("packed", "precision", "exponent", "low", "high")),
    *(f'"{key}":' for key in ("levels", "minimum", "maximum", "mean", "zero_share")),
    *(f'"{key}":' for key in ("nan_count", "inf_count", "strongest", "predictions")),
    *(f'"{key}":' for key in ("parameters", "receptive_field", "size", "stride")),
    *(f'"{key}":' for key in ("start", "predicted", "axes", "token_grid")),
    *(f'"{key}":' for key in ("class_tokens", "patch")),
    *('"float32"', '"float16"', '"uint8"', '"activation"', "null", "true", "1e999"),
    *("NaN", "-Infinity", "[]", "{}", "[[0,1.0]]", "9223372036854775808", "252"),
    *("run=", "tag=", "step=", "input=", "wall_time=", "&", "%00", "%F0%9F%98%80"),
    *("statistic=", "zero_share", "mean"),
]


def main() -> None:
    """Run libFuzzer on the seeds, and what its own arguments say."""
    with tempfile.TemporaryDirectory() as folder:
        words = Path(folder, "words")
        words.write_text("".join(f"{json.dumps(word)}\n" for word in WORDS))
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        for number, seed in enumerate(seeds()):
            (corpus / f"{number}").write_bytes(seed)
        named = any(not argument.startswith("-") for argument in sys.argv[1:])
        folders = [] if named else [str(corpus)]
        warnings.simplefilter("error", RuntimeWarning)
        # What libFuzzer takes for the memory in use was that of the process that has
        # started this one, if that had more.
        limits = ["-rss_limit_mb=0", f"-dict={words}"]
        program, *given = sys.argv
        atheris.Setup([program, *limits, *given, *folders], measured)
        atheris.Fuzz()


def measured(data: bytes) -> None:
    """Try one input, and see what it takes."""
    before, peak = resident(), highest()
    begin = time.process_time()
    if data:
        TARGETS[data[0] % len(TARGETS)](data[1:])
    seconds = time.process_time() - begin
    assert seconds < SECONDS, f"It took {seconds:.2f} s."
    now = highest()
    if now > peak:
        assert now - before < BYTES, f"It took {now - before} bytes."


def resident() -> int:
    """Bytes of memory that are in use."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def highest() -> int:
    """Bytes of memory that were in use at most."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def check_reason(error: Exception) -> None:
    """See that people can be told why."""
    reason = str(error)
    assert 0 < len(reason) < 500, reason[:500]
    assert reason.isprintable(), repr(reason)


def header(data: bytes) -> None:
    """A header is refused, or stays the same when it is written anew."""
    try:
        record = read_header(data)
    except RecordError as error:
        check_reason(error)
        return
    try:
        written = encode_record(record)[0]
    except ValueError as error:  # escapes make it longer
        check_reason(error)
        return
    again = read_header(written)
    assert again == record
    assert encode_record(again)[0] == written


def record(data: bytes) -> None:
    """Parts are refused, or hold values that can be read or not."""
    size, data = int.from_bytes(data[:2], "little"), data[2:]
    parts, rest = [data[:size]], data[size:]
    while rest:
        size, rest = int.from_bytes(rest[:2], "little"), rest[2:]
        parts.append(rest[:size])
        rest = rest[size:]
    try:
        found = decode_record(parts)
    except RecordError as error:
        check_reason(error)
        return
    for one, part in zip(found.inputs, parts[1:], strict=True):
        assert one.packed.data == part
        check_values(one.packed)


def values(data: bytes) -> None:
    """Values of any description, mostly one that can be, are refused or read."""
    made = atheris.FuzzedDataProvider(data)
    wrong = made.ConsumeIntInRange(0, 15)
    precision = made.PickValueInList([*PRECISIONS])
    largest = 1 << 31 if wrong == 1 else 20
    shape = tuple(made.ConsumeIntInRange(wrong != 2, largest) for _ in range(3))
    fields: dict[str, Any] = {}
    if precision == "float16" or wrong == 3:
        fields["exponent"] = made.ConsumeIntInRange(-126, 113)
    if precision == "uint8" or wrong == 4:
        ends = made.ConsumeIntInRange(0, 20) if wrong == 5 else min(shape[2], 20)
        low, high = made.ConsumeFloatList(ends), made.ConsumeFloatList(ends)
        if wrong != 6:
            low, high = np.sort(np.nan_to_num([low, high]), 0).tolist()
        fields["low"], fields["high"] = tuple(low), tuple(high)
        fields["levels"] = made.PickValueInList([252, 255, wrong])
    missing = made.ConsumeIntInRange(-9, 9) if wrong == 7 else 0
    cut = made.ConsumeIntInRange(1, 9) if wrong == 8 else 0
    stream = made.ConsumeBytes(made.remaining_bytes())
    try:
        packed = Packed(precision, shape, **fields)
    except ValueError as error:
        check_reason(error)
        return
    if wrong < 12:
        size = min(packed.inflated_bytes, BOMB) - missing
        content = stream + bytes(BOMB if wrong == 9 else max(0, size - len(stream)))
        stream = zlib.compress(content if wrong == 9 else content[: max(0, size)], 1)
    stream = stream[: len(stream) - cut] + bytes(1 if wrong == 10 else 0)
    check_values(replace(packed, data=stream))


def check_values(packed: Packed) -> None:
    """See that values are refused by all who read them, or by none."""
    try:
        size = inflated_size(packed)
        check_inflates(packed.data, size)
    except TooLargeError as error:
        check_reason(error)
        return
    except RefusalError as error:
        check_reason(error)
        refused = True
    else:
        refused = False
    if size > MOST_BYTES:
        return
    try:
        inflated = inflate(packed)
        found = unpack(packed)
    except ValueError as error:
        check_reason(error)
        assert refused
        return
    assert not refused
    assert len(inflated) == packed.inflated_bytes
    assert found.shape == packed.shape


def query(data: bytes) -> None:
    """The arguments of a request are refused, or in their ranges."""
    text = data.decode("latin-1")
    request = Request({"QUERY_STRING": text, "REQUEST_METHOD": "GET"})
    try:
        arguments = asked.arguments_of(request)
    except MalformedError as error:
        check_reason(error)
        return
    for read, fits in (
        (lambda: asked.name(arguments, "run"), bool),
        (lambda: asked.name(arguments, "tag"), bool),
        (lambda: asked.step(arguments), range(2**63).__contains__),
        (
            lambda: asked.input_number(arguments),
            range(MAX_INPUTS).__contains__,
        ),
        (
            lambda: asked.wall_time(arguments),
            lambda x: x is None or np.isfinite(x),
        ),
        (
            lambda: asked.statistics(arguments),
            set(PER_CHANNEL_NUMBERS).issuperset,
        ),
    ):
        try:
            found = read()
        except MalformedError as error:
            check_reason(error)
        else:
            assert fits(found), found


TARGETS = (header, record, values, query)


def seeds() -> list[bytes]:
    """Inputs that are as they should be, for all targets."""
    found = []
    for number, made in enumerate(records()):
        first, *rest = encode_record(made)
        found.append(bytes([0]) + first)
        parts = (len(part).to_bytes(2, "little") + part for part in (first, *rest))
        found.append(bytes([1]) + b"".join(parts))
        found += [bytes([2]) + part + bytes([number]) * 40 for part in rest]
    place = b"run=train&tag=conv1%2Factivations&step=100"
    found += [bytes([3]) + place + end for end in (b"", b"&input=0")]
    found += [bytes([3]) + place + b"&input=255&wall_time=1700000060.25"]
    return found


def records() -> list[Record]:
    """Records of each precision, with and without what is not finite."""
    rng = np.random.default_rng(0)
    layer = LayerFacts("block/relu", "ReLU", "activation", "block/conv")
    field = ReceptiveField((7, 9), (2, 0), (-1, 0))
    seeing = replace(
        layer,
        parameters=1792,
        receptive_field=field,
        axes=("queries", "keys", "heads"),
        token_grid=TokenGrid((2, 2), 1, field),
    )
    found = []
    for precision in PRECISIONS:
        for worst in (0, np.nan):
            maps = rng.normal(size=(3, 4, 2)).astype(np.float32)
            maps[0, 0] = worst
            one = InputFacts(
                name="face",
                shape=maps.shape,
                dtype="float32",
                packed=pack(maps, precision),
                minimum=maps.min((0, 1)),
                maximum=maps.max((0, 1)),
                mean=maps.mean((0, 1)),
                zero_share=(maps == 0).mean((0, 1)),
                nan_count=np.isnan(maps).sum((0, 1)),
                inf_count=np.isinf(maps).sum((0, 1)),
                strongest=[(1, 2.5), (0, worst)],
                predictions=[(281, 0.5)],
                predicted=["tabby"],
            )
            bare = InputFacts("eye", (2,), "int8", pack([[[1, 2]]], precision))
            found += [
                Record(seeing, 400, (one, bare), {"epoch": 3, "batch": 400}, (1,)),
                Record(layer, 2**63 - 1, (bare,), preprocess="squeezenet"),
            ]
    return found


if __name__ == "__main__":
    main()
