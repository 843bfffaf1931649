"""Train the shipped network: `python -m keras_models.faces.train --out FILE`."""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import fields
from pathlib import Path

from keras_models.faces.recipe import Recipe


def main(arguments: list[str] | None = None) -> None:
    """Train and write a network, or measure one again.

    Args:
        arguments: Those of the command line; None takes the program's own.
    """
    # Processes that draw import this module too and must not load Keras.
    from keras_models.faces.making import make, measure_again

    options = _parser().parse_args(arguments)
    if options.evaluate:
        found = measure_again(Path(options.evaluate), options.processes)
    else:
        recipe = Recipe(**{f.name: getattr(options, f.name) for f in fields(Recipe)})
        card = make(recipe, Path(options.out), options.processes)
        found = card["measured_in_half_precision"]
        print(f"wrote {options.out} after {card['minutes']} minutes")
    print(json.dumps(found, indent=2))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m keras_models.faces.train", description=__doc__
    )
    task = parser.add_mutually_exclusive_group(required=True)
    task.add_argument("--out", metavar="FILE", help="train, and write FILE (.npz)")
    task.add_argument(
        "--evaluate", metavar="FILE", help="measure FILE again on unseen pictures"
    )
    parser.add_argument(
        "--processes", type=int, default=os.cpu_count() or 1, help="that draw"
    )
    for field in fields(Recipe):
        name = "--" + field.name.replace("_", "-")
        if isinstance(field.default, tuple):
            parser.add_argument(name, type=int, nargs="+", default=field.default)
        else:
            parser.add_argument(name, type=type(field.default), default=field.default)
    return parser


if __name__ == "__main__":
    main()
