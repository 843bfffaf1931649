"""`python -m tb_actviz` is the command `tb-actviz`."""

import sys

from tb_actviz.cli import main

sys.exit(main())
