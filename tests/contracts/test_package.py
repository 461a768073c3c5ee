"""The public face of the package."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import drs_contracts
import pytest
from drs_contracts import ContractsError

FOLDER = Path(drs_contracts.__file__).parent


def errors() -> Iterator[type[Exception]]:
    """The exceptions that the modules of the package define."""
    for found in walk_packages(drs_contracts.__path__, "drs_contracts."):
        if found.name.endswith("__main__"):
            continue
        for each in vars(import_module(found.name)).values():
            if isinstance(each, type) and issubclass(each, Exception) and each.__module__ == found.name:
                yield each


def test_every_public_name_is_there_and_listed() -> None:
    for name in drs_contracts.__all__:
        assert getattr(drs_contracts, name) is not None
    assert set(drs_contracts.__all__) <= set(dir(drs_contracts))
    with pytest.raises(AttributeError, match="has no attribute 'Confirmation'"):
        drs_contracts.Confirmation  # noqa: B018


def test_a_name_that_documents_showed_is_still_understood() -> None:
    with pytest.warns(DeprecationWarning, match="Confirmations is now drs_contracts.CallbackReceiver"):
        renamed = drs_contracts.Confirmations
    assert renamed is drs_contracts.CallbackReceiver


def test_all_errors_have_one_base_and_are_exported() -> None:
    found = set(errors()) - {drs_contracts.ClauseBroken}
    assert all(issubclass(each, ContractsError) for each in found)
    internal = {"NotXmlError", "DoctypeError", "UsageError"}
    public = {each.__name__ for each in found if not each.__name__.startswith("_")}
    assert public - internal <= set(drs_contracts.__all__)


def test_errors_survive_pickling() -> None:
    for kind in set(errors()) - {drs_contracts.ClauseBroken}:
        again = pickle.loads(pickle.dumps(kind("It is so.", "Do that.")))
        assert (type(again), str(again), again.exit_code) == (kind, "It is so. Do that.", 2)
    assert str(pickle.loads(pickle.dumps(drs_contracts.ClauseBroken("broken")))) == "broken"


def test_xml_is_parsed_in_one_place() -> None:
    users = [
        file.relative_to(FOLDER).as_posix()
        for file in FOLDER.rglob("*.py")
        if any(each in file.read_text(encoding="utf-8") for each in ("XMLParser(", "etree.fromstring(", "etree.parse("))
    ]
    assert users == ["xml.py"]


def test_importing_the_package_imports_nothing_else() -> None:
    program = "import sys, drs_contracts; print({'lxml', 'hypothesis', 'requests'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "set()\n"
