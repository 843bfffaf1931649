"""Arguments of `tb-actviz`, and how it ends.

Exit codes: 0 done, 1 the system refused (such as a full disk), 2 wrong input, 130
stopped by Ctrl-C.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from tb_actviz import __version__
from tb_actviz.errors import InputError

_MODEL_HELP = (
    "squeezenet, a .keras file, keras.applications.NAME, or module:callable that "
    "returns a model"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run `tb-actviz`.

    Args:
        argv: Arguments without the program's name; None takes the command line's.

    Returns:
        The exit code.
    """
    parser = build_parser()
    arguments = parser.parse_args(argv)
    # Only the command that is asked for, so that help does not wait for the others.
    command = importlib.import_module(f"tb_actviz.cli.{arguments.module}")
    try:
        command.run(arguments)
    except InputError as error:
        return _fail(str(error), 2)
    except BrokenPipeError:
        # The reader (head, less) has seen enough; nothing more may be flushed to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return _fail("stopped", 130)
    except OSError as error:
        return _fail(str(error), 1)
    return 0


def _fail(message: str, code: int) -> int:
    print(f"tb-actviz: {message}", file=sys.stderr)
    return code


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
        help="layer paths or globs (default: activation layers, and convolutions "
        "without one)",
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
        type=_integers,
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
        type=_integers,
        default=(),
        metavar="N,N",
        help="channels to follow, counted from 0",
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
        type=_size,
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


def _integers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"received {text!r}; expected numbers such as 13,46"
        ) from None


def _size(text: str) -> tuple[int, int]:
    height, _, width = text.lower().partition("x")
    try:
        size = int(height), int(width or height)
    except ValueError:
        size = 0, 0
    if min(size) < 1:
        raise argparse.ArgumentTypeError(
            f"received {text!r}; expected a size such as 227 or 227x300 "
            "(height x width)"
        )
    return size
