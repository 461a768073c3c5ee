"""WireMock as people put it in the place of DRS: a stub for each operation, told apart by a word of the request."""

from __future__ import annotations

import json
import os
import shutil
from functools import partial
from pathlib import Path

from benchmarks.peers.peer import Peer
from benchmarks.peers.simulator import SIMULATOR, WITHOUT_JOURNAL
from benchmarks.workload.answers import OPEN_SESSION, sample_answers
from benchmarks.workload.bodies import Step, Workload

WIREMOCK = "WireMock"
WIREMOCK_FIXED = "WireMock, fixed answers"
WIREMOCK_WITHOUT_JOURNAL = "WireMock, no journal"
PLACE = "WIREMOCK_JAR"
"""The environment variable that says where WireMock's standalone jar is."""
HOW_TO_GET = f"needs java, and WireMock: npm install --no-save --prefix benchmarks wiremock, or its jar in {PLACE}"

_INSTALLED = Path(__file__).parents[1] / "node_modules" / "wiremock" / "build"
# To a stub all searches are the same.
_DRIVEN = frozenset({Workload.AVAILABILITY, Workload.WORKFLOW})
_SILENT = ("--no-request-journal", "--disable-request-logging")
_TEMPLATES = "templates that put one value of the request into the answer"
# What a templating stub would take from the request, to begin with.
_ECHOED = {
    Step.AVAILABILITY: ("<day>", "//periodBegin"),
    Step.CREATE: ("<primaryOrderNumber>", "//theOrder/primaryOrderNumber"),
    Step.SELECT: ("<primaryOrderNumber>", "//primaryOrderNumber"),
}
_SORTS = (
    (WIREMOCK, "as it comes", True, (), SIMULATOR),
    (WIREMOCK_FIXED, "as it comes", False, (), SIMULATOR),
    (WIREMOCK_WITHOUT_JOURNAL, f"`{' '.join(_SILENT)}`", False, _SILENT, WITHOUT_JOURNAL),
)


def wiremock_jar() -> Path | None:
    """The jar, where there is one and a Java to run it."""
    told = os.environ.get(PLACE)
    found = [Path(told)] if told else sorted(_INSTALLED.glob("wiremock-standalone-*.jar"))
    usable = [jar for jar in found if jar.is_file()]
    return usable[-1] if usable and shutil.which("java") else None


def wiremock_version() -> dict[str, str]:
    """WireMock's version by its name, as the jar's own name has it; nothing where it is not installed."""
    jar = wiremock_jar()
    return {} if jar is None else {WIREMOCK: jar.stem.rpartition("-")[2]}


def wiremocks() -> list[Peer]:
    """With templates and without, and without its journal; none where it is not installed."""
    jar = wiremock_jar()
    if jar is None:
        return []
    return [
        Peer(
            name,
            f"{how}, its stubs {_TEMPLATES if templates else 'without templates'}",
            partial(_command, jar, templates=templates, options=options),
            _DRIVEN,
            compared_with,
            compiles_itself=True,
        )
        for name, how, templates, options, compared_with in _SORTS
    ]


def _command(jar: Path, port: int, folder: Path, *, templates: bool, options: tuple[str, ...]) -> list[str]:
    mappings = folder / "mappings"
    mappings.mkdir()
    for operation, answer in sample_answers().items():
        stub = _stub(operation, answer, templates=templates)
        (mappings / f"{operation}.json").write_text(json.dumps(stub), encoding="utf-8")
    serve = ["java", "-jar", str(jar), "--bind-address", "127.0.0.1", "--port", str(port)]
    return [*serve, "--root-dir", str(folder), "--disable-banner", *options]


def _stub(operation: str, answer: str, *, templates: bool) -> dict[str, object]:
    response: dict[str, object] = {"status": 200, "headers": {"Content-Type": "text/xml;charset=UTF-8"}, "body": answer}
    if templates and operation != OPEN_SESSION and operation in _ECHOED:
        element, path = _ECHOED[Step(operation)]
        before, _, rest = answer.partition(element)
        after = rest.partition("<")[2]
        response["body"] = f"{before}{element}{{{{xPath request.body '{path}/text()'}}}}<{after}"
        response["transformers"] = ["response-template"]
    return {
        "request": {"method": "POST", "urlPathPattern": ".*/ws/soap", "bodyPatterns": [{"contains": f":{operation}>"}]},
        "response": response,
    }
