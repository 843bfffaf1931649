"""What TensorBoard imports at every start, whether or not there are activations.

An import that fails here would end TensorBoard. So nothing is imported but the class
that TensorBoard wants to see, and the rest where a failure costs only this plugin.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Mapping

from tensorboard.plugins import base_plugin

#: How many steps TensorBoard keeps of each layer, where its user names no number.
KEPT_STEPS = 1000
# As `records.schema` has it, which is too much to import here.
_PLUGIN_NAME = "activations"
_LOGGER = logging.getLogger("tb_actviz")


class ActivationsLoader(base_plugin.TBLoader):  # type: ignore[misc]
    """Makes the plugin, or does without it."""

    def fix_flags(self, flags: argparse.Namespace) -> None:
        """Have TensorBoard keep more steps than the 10 it would keep by default.

        Args:
            flags: TensorBoard's command line; `--samples_per_plugin` is completed
                unless it names this plugin.
        """
        samples = getattr(flags, "samples_per_plugin", None) or {}
        # What is not a mapping is for TensorBoard to refuse.
        if isinstance(samples, Mapping):
            flags.samples_per_plugin = {_PLUGIN_NAME: KEPT_STEPS, **samples}

    def load(self, context: base_plugin.TBContext) -> base_plugin.TBPlugin | None:
        """Make the plugin.

        Args:
            context: What TensorBoard offers to plugins.

        Returns:
            The plugin; None, with a warning, if anything it needs is missing or broken.
        """
        try:
            from tb_actviz.plugin.routes import ActivationsPlugin

            return ActivationsPlugin(context)
        except Exception as error:
            # Whatever it is, TensorBoard must start; and its text may have many lines.
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            _LOGGER.warning("There is no Activations tab: %.500s", reason)
            return None
