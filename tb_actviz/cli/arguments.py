"""Arguments of `tb-actviz`, and the options that some of them are."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tb_actviz import __version__
from tb_actviz.cli.argument_types import channels, integers, size, steps, token_grid

if TYPE_CHECKING:
    from tb_actviz.runs.options import LogOptions


_MODEL_HELP = (
    "squeezenet, a .keras or .h5 file, a SavedModel folder, keras.applications.NAME, "
    "or module:callable that returns a model"
)


def build_parser() -> argparse.ArgumentParser:
    """Say what the command line understands.

    Returns:
        The parser of `tb-actviz`.
    """
    parser = argparse.ArgumentParser(
        prog="tb-actviz",
        description="See what the layers of a Keras network respond to, "
        "in TensorBoard.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_demo(commands)
    _add_log(commands)
    _add_layers(commands)
    _add_compare(commands)
    _add_checkpoints(commands)
    _add_export(commands)
    return parser


def _add_demo(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    demo = commands.add_parser(
        "demo",
        help="see the whole story with what is installed, in under a minute",
        description="Draw a face, close one of its eyes, log how a network responds, "
        "and fine-tune it: no network, no files needed.",
    )
    demo.add_argument(
        "--logdir",
        default="runs/demo",
        help="folder of the runs (default: %(default)s)",
    )
    demo.add_argument(
        "--seed", type=int, default=0, help="which face (default: %(default)s)"
    )
    demo.add_argument(
        "--open", action="store_true", help="start TensorBoard on it, until Ctrl-C"
    )
    _add_json(demo)
    demo.set_defaults(module="demo")


def _add_log(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    log = commands.add_parser(
        "log",
        help="log pictures of a model's activations",
        description="Feed pictures to a model and log its activations for TensorBoard.",
    )
    log.add_argument(
        "pictures",
        nargs="*",
        metavar="PICTURE",
        help="picture files, or folders of them, at least one",
    )
    _add_model(log)
    _add_feeding(log)
    log.add_argument("--logdir", required=True, help="folder of the run")
    _add_drawing(log)
    log.add_argument("--step", type=int, default=0, help="step to log at (default: 0)")
    _add_json(log)
    log.set_defaults(module="log")


def _add_layers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    layers = commands.add_parser(
        "layers",
        help="list a model's layers",
        description="List a model's layers: path, class, shape, channels, parameters, "
        "and which layer belongs before or after an activation.",
    )
    _add_model(layers)
    layers.add_argument(
        "--layers", nargs="+", metavar="LAYER", help="only these paths or globs"
    )
    _add_json(layers)
    layers.set_defaults(module="layers")


def _add_compare(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    compare = commands.add_parser(
        "compare",
        help="rank channels by how differently they respond to two pictures",
        description="Rank channels by how differently they respond to two pictures of "
        "one size: how much, and where.",
    )
    compare.add_argument("first", metavar="PICTURE", help="a picture file")
    compare.add_argument("second", metavar="PICTURE", help="another one")
    _add_model(compare)
    _add_feeding(compare)
    compare.add_argument(
        "--layers",
        nargs="+",
        metavar="LAYER",
        help="layers or globs (default: convolutions, activation layers, attention)",
    )
    compare.add_argument(
        "--top",
        type=int,
        default=10,
        metavar="N",
        help="how many channels to list (default: %(default)s)",
    )
    _add_json(compare)
    compare.set_defaults(module="compare")


def _add_checkpoints(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
) -> None:
    checkpoints = commands.add_parser(
        "checkpoints",
        help="log the same pictures at every checkpoint of a training",
        description="Feed the same pictures to every checkpoint of one model and log "
        "its activations for TensorBoard, a step each.",
    )
    checkpoints.add_argument(
        "pictures",
        nargs="+",
        metavar="PICTURE",
        help="picture files, or folders of them (first, or after --)",
    )
    _add_model(checkpoints)
    checkpoints.add_argument(
        "--checkpoints",
        nargs="+",
        required=True,
        metavar="CHECKPOINT",
        help=".keras, .weights.h5 or legacy .h5 files, globs or folders of them",
    )
    checkpoints.add_argument(
        "--steps",
        type=integers,
        metavar="N,N",
        help="a step for each checkpoint (default: the number that differs between "
        "their names)",
    )
    checkpoints.add_argument(
        "--scale",
        default="layer",
        metavar="WHICH",
        help="layer: one scale for each layer over all steps; step: each picture its "
        "own (default: %(default)s)",
    )
    checkpoints.add_argument(
        "--strict",
        action="store_true",
        help="stop at a checkpoint that cannot be loaded instead of skipping it",
    )
    _add_feeding(checkpoints)
    checkpoints.add_argument("--logdir", required=True, help="folder of the run")
    _add_drawing(checkpoints)
    _add_json(checkpoints)
    checkpoints.set_defaults(module="checkpoints")


def _add_export(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    export = commands.add_parser(
        "export",
        help="write what was logged into files that need no TensorBoard",
        description="Write what was logged as one HTML page that is the Activations "
        "tab: it opens from a disk, without a server or a network. What does not fit "
        "is left out, and the page says what: steps first, then precision, then "
        "layers. Or as pictures, animations, arrays or a table, for scripts.",
    )
    export.add_argument(
        "logdir", metavar="LOGDIR", help="folder with one run or many in it"
    )
    export.add_argument("--html", metavar="FILE", help="the page to write")
    export.add_argument(
        "--png",
        metavar="FOLDER",
        help="write a picture of each layer, step and input",
    )
    export.add_argument(
        "--gif",
        metavar="FOLDER",
        help="write an animation over the steps of each layer and input",
    )
    export.add_argument(
        "--npz", metavar="FILE", help="write the activations as arrays of NumPy"
    )
    export.add_argument(
        "--csv", metavar="FILE", help="write a table of each channel's statistics"
    )
    export.add_argument(
        "--split",
        action="store_true",
        help="make it a folder, with files that the page fetches, for any web server",
    )
    export.add_argument(
        "--runs", nargs="+", metavar="RUN", help="only these runs or globs"
    )
    export.add_argument(
        "--layers", nargs="+", metavar="LAYER", help="only these layers or globs"
    )
    export.add_argument(
        "--steps",
        type=steps,
        metavar="N,N",
        help="only these steps; FIRST:LAST or FIRST:LAST:BY for several, as in "
        "0,100:1000:100",
    )
    export.add_argument(
        "--inputs", nargs="+", metavar="INPUT", help="only these inputs or globs"
    )
    export.add_argument(
        "--precision",
        metavar="WHICH",
        help="how exactly values are stored at most: float32, float16 or uint8 "
        "(default: as they were logged)",
    )
    export.add_argument(
        "--max-mb",
        type=float,
        metavar="MB",
        help="how large the page may become, in megabytes (default: 25, or without a "
        "limit with --split)",
    )
    export.add_argument(
        "--force", action="store_true", help="replace what is there already"
    )
    _add_json(export)
    export.set_defaults(module="export")


def _add_drawing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--layers",
        nargs="+",
        metavar="LAYER",
        help="layer paths or globs such as 'fire6-*' (default: convolutions and "
        "activation layers)",
    )
    parser.add_argument(
        "--channels",
        action="append",
        type=channels,
        default=[],
        metavar="N,N",
        help="channels to follow, counted from 0: 13,46 in all layers that have them, "
        "'fire6*:13,46' in some; may be given several times",
    )
    parser.add_argument(
        "--strongest",
        type=int,
        default=3,
        metavar="K",
        help="how many of the strongest channels to show (default: %(default)s)",
    )
    parser.add_argument(
        "--views",
        nargs="+",
        metavar="VIEW",
        help="which of: channels, chosen, strongest, relu, inputs (default: all)",
    )
    parser.add_argument(
        "--precision",
        default="auto",
        metavar="WHICH",
        help="how exactly values are stored: float32, float16, uint8, or auto, the "
        "most exact with which a step takes at most 256 MiB (log) or 16 MiB "
        "(checkpoints) before compression (default: %(default)s)",
    )
    parser.add_argument(
        "--token-grid",
        type=token_grid,
        metavar="N or RxC",
        help="rows and columns of the patches of the picture that the tokens of a "
        "transformer stand for, such as 14x14 (default: what the model's patch "
        "embedding tells)",
    )
    fixed = parser.add_mutually_exclusive_group()
    fixed.add_argument(
        "--limits",
        type=float,
        nargs=2,
        metavar=("LOW", "HIGH"),
        help="one fixed scale for all pictures",
    )
    fixed.add_argument(
        "--per-channel",
        action="store_true",
        help="stretch every channel of the grids over its own range",
    )


def _add_feeding(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--size",
        type=size,
        metavar="N or HxW",
        help="resize pictures first (default: as they are)",
    )
    parser.add_argument(
        "--preprocess",
        default="auto",
        metavar="HOW",
        help="auto (the model's own), none, or module:callable such as "
        "keras.applications.mobilenet_v2:preprocess_input",
    )


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", required=True, help=_MODEL_HELP)
    parser.add_argument(
        "--weights",
        metavar="WEIGHTS",
        help="weights to load: for squeezenet imagenet (the default for log and "
        "compare, downloaded once), faces (of the demo), or a .caffemodel, "
        ".weights.h5 or .keras file",
    )


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")


def drawing_options(arguments: argparse.Namespace) -> LogOptions:
    """Read what is to be drawn of each layer.

    Args:
        arguments: Parsed command line of a command that draws.

    Returns:
        The options.

    Raises:
        InputError: If one of them makes no sense.
    """
    from tb_actviz.runs.options import LogOptions

    return LogOptions(
        channels=_by_layer(arguments.channels),
        strongest=arguments.strongest,
        views=arguments.views,
        limits=tuple(arguments.limits) if arguments.limits else None,
        precision=arguments.precision,
        token_grid=arguments.token_grid,
        per_channel=arguments.per_channel,
    )


def _by_layer(
    asked: Sequence[tuple[str, tuple[int, ...]]],
) -> dict[str, tuple[int, ...]]:
    """What was named of the same layers several times, together."""
    channels: dict[str, tuple[int, ...]] = {}
    for pattern, numbers in asked:
        channels[pattern] = channels.get(pattern, ()) + numbers
    return channels
