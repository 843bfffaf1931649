"""Names of runs, layers and inputs -> names that any file system takes."""

from __future__ import annotations

import re

#: More is cut off: some file systems take 255 bytes.
_LONGEST = 80
#: What Windows takes for a device.
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


class FileNames:
    """Gives each name a file name of its own.

    Example:
        >>> names = FileNames()
        >>> names.of("fire6/relu"), names.of("fire6:relu"), names.of("fire6/relu")
        ('fire6_relu', 'fire6_relu-2', 'fire6_relu')
    """

    def __init__(self) -> None:
        self._given: dict[str, str] = {}
        self._taken: set[str] = set()

    def of(self, name: str) -> str:
        """Find the file name of a name.

        Args:
            name: Any text.

        Returns:
            Letters, digits, dots, hyphens and underscores of ASCII, the same for the
            same name and another one for others, whatever the case of letters.
        """
        if name not in self._given:
            plain = re.sub(r"[^A-Za-z0-9._-]+", "_", name)[:_LONGEST].strip(".")
            if not plain or _RESERVED.fullmatch(plain):
                plain = f"_{plain}"
            number, chosen = 1, plain
            while chosen.lower() in self._taken:
                number += 1
                chosen = f"{plain}-{number}"
            self._taken.add(chosen.lower())
            self._given[name] = chosen
        return self._given[name]
