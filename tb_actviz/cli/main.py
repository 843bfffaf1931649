"""`tb-actviz`: which command runs, and how it ends.

Exit codes: 0 done, 1 the system refused (such as a full disk), 2 wrong input, 130
stopped by Ctrl-C.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

from tb_actviz.cli.arguments import build_parser
from tb_actviz.cli.console import adapt_streams
from tb_actviz.errors import InputError


def main(argv: Sequence[str] | None = None) -> int:
    """Run `tb-actviz`.

    Args:
        argv: Arguments without the program's name; None takes the command line's.

    Returns:
        The exit code.
    """
    adapt_streams()
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
