"""The command `tb-actviz`."""

from __future__ import annotations

from tb_actviz.cli.main import main

__all__ = ["main"]
