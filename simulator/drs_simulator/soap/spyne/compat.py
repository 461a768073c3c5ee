"""Makes Spyne 2.14 importable on Python 3.12 and later, and without ImportWarning on 3.11. Import it before Spyne.

Spyne carries a copy of six whose importer for ``six.moves`` has only the protocol that Python 3.12 removed. The copy is
loaded first, by itself, and its importer taught the present protocol.
"""

from __future__ import annotations

import importlib.util
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

_SIX = "spyne.util.six"


def _teach(importer: type[Any]) -> None:
    """Give six's importer the methods that Python 3.12 asks for."""

    def find_spec(self: Any, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        del path, target
        return importlib.util.spec_from_loader(fullname, self) if fullname in self.known_modules else None

    def create_module(self: Any, spec: ModuleSpec) -> ModuleType:
        module: ModuleType = self.load_module(spec.name)
        return module

    def exec_module(self: Any, module: ModuleType) -> None:
        """The module was made whole already."""

    for method in (find_spec, create_module, exec_module):
        if not hasattr(importer, method.__name__):
            setattr(importer, method.__name__, method)


def _forget_failed_import() -> None:
    """Remove what an import of Spyne that failed has left: the next one would trip over the submodules."""
    if "spyne" not in sys.modules:
        for name in [name for name in sys.modules if name.startswith("spyne.")]:
            del sys.modules[name]


def _six() -> ModuleType | None:
    """Spyne's copy of six, loaded by itself; nothing where Spyne is not installed, which its own import says best."""
    if _SIX in sys.modules:
        return sys.modules[_SIX]
    package = importlib.util.find_spec("spyne")
    if package is None or package.origin is None:
        return None
    spec = importlib.util.spec_from_file_location(_SIX, Path(package.origin).parent / "util" / "six.py")
    if spec is None or spec.loader is None:
        return None
    six = importlib.util.module_from_spec(spec)
    sys.modules[_SIX] = six
    spec.loader.exec_module(six)
    return six


_forget_failed_import()
if (_loaded := _six()) is not None:
    _teach(_loaded._SixMetaPathImporter)
