"""Makes Spyne 2.14 importable on Python 3.12 and later, and without warnings on all. Import it before Spyne.

Spyne bundles a copy of six whose importer for ``six.moves`` has only the protocol that Python 3.12 removed. This module
loads that copy first, and adds the present protocol to its importer. Spyne also imports ``cgi``, which is deprecated up
to Python 3.12 and comes from legacy-cgi after it, and has strings with invalid escapes. This module imports the parts
of Spyne that are used, without the warnings of these two, which would be errors under ``-W error``.
"""

from __future__ import annotations

import importlib.util
import sys
import warnings
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

_SIX = "spyne.util.six"
_USED = ("spyne", "spyne.protocol.soap", "spyne.server")


def _add_protocol(importer: type[Any]) -> None:
    """Give six's importer the methods that Python 3.12 needs."""

    def find_spec(self: Any, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        del path, target
        return importlib.util.spec_from_loader(fullname, self) if fullname in self.known_modules else None

    def create_module(self: Any, spec: ModuleSpec) -> ModuleType:
        module: ModuleType = self.load_module(spec.name)
        return module

    def exec_module(self: Any, module: ModuleType) -> None:
        """Do nothing: ``create_module`` has loaded the module."""

    for method in (find_spec, create_module, exec_module):
        if not hasattr(importer, method.__name__):
            setattr(importer, method.__name__, method)


def _forget_failed_import() -> None:
    """Remove the submodules that a failed import of Spyne has left, because the next import would fail on them."""
    if "spyne" not in sys.modules:
        for name in [name for name in sys.modules if name.startswith("spyne.")]:
            del sys.modules[name]


def _load_six() -> ModuleType | None:
    """Load Spyne's copy of six alone; ``None`` if Spyne is not installed, which its own import then reports."""
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


def _import_spyne() -> None:
    """Import what is used of Spyne without its two warnings."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "'cgi' is deprecated", DeprecationWarning)
        # A SyntaxWarning from Python 3.12 on; only where no bytecode is cached yet.
        warnings.filterwarnings("ignore", "invalid escape sequence", DeprecationWarning)
        warnings.filterwarnings("ignore", "invalid escape sequence", SyntaxWarning)
        for name in _USED:
            importlib.import_module(name)


_forget_failed_import()
if (_loaded := _load_six()) is not None:
    _add_protocol(_loaded._SixMetaPathImporter)
    _import_spyne()
