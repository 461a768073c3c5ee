"""A story as text to run: lines for a shell with curl, and a test for pytest.

Both send the calls to a DRS and end with an error if its answers are still those that break the clause.
"""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256

from drs_contracts.clauses.clause import Clause
from drs_contracts.verify.story import Story, StoryCall

_OPTIONS = "-w '\\n%{http_code} %{content_type}' -H 'Content-Type: text/xml; charset=UTF-8' -H 'SOAPAction: \"\"'"
_FIND = "grep -o '<{member}>[^<]*' | sed -n '{place}s/.*>//p'"
_PASSWORD = "${DRS_PASSWORD:-drs}"  # noqa: S105 - a variable of the shell
_TEST = '''"""{id}: {statement}

The test fails as long as a fresh DRS, set up and at the time as below, answers as it did.
"""

import hashlib
import os
import re

import pytest
import requests

# How long to wait, the request, what its answer gives for later requests, and whether the answer shows the fault.
CALLS = (
{calls}
)
WRONG = "{digest}"


{mark}def test_{name}(drs_url: str) -> None:
    given: dict[str, tuple[str, str]] = {{}}
    shown = []
    for wait, request, gives, is_shown in CALLS:
        body = request.replace("{{password}}", os.environ.get("DRS_PASSWORD", "drs"))
        for name, (_, value) in given.items():
            body = body.replace("{{" + name + "}}", value)
        if wait:
            clock = drs_url.partition("/OTWebServiceGateway")[0] + "/__admin/clock"
            requests.put(clock, json={{"shift": wait}}, timeout=30).raise_for_status()
        headers = {{"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": '""'}}
        came = requests.post(drs_url, data=body.encode(), headers=headers, timeout=30)
        answer = f"{{came.content.decode()}}\\n{{came.status_code}} {{came.headers['Content-Type']}}"
        for name, (member, place) in gives.items():
            found = re.findall(f"<{{member}}>([^<]+)<", answer)
            given[name] = (member, found[place] if place < len(found) else "0")
        answer = re.sub("<tokenId>[A-Za-z0-9]{{40}}<", "<tokenId><", answer)
        for name, (member, value) in given.items():
            answer = answer.replace(f"<{{member}}>{{value}}<", f"<{{member}}>{{{{{{name}}}}}}<")
        if is_shown:
            shown.append(answer)
    assert hashlib.sha256("\\n".join(shown).encode()).hexdigest() != WRONG, f"DRS answers: {{shown[-1]}}"
'''


def to_operations(story: Story) -> str:
    """The operations of a story in a line; those whose answers show the fault have a star."""
    return ", ".join(f"{call.operation}{'*' if call.is_judged else ''}" for call in story.calls)


def to_curl(story: Story, url: str, set_up: str) -> str:
    """Make lines for a shell, which end with 1 if DRS still answers like this.

    Args:
        story: The story.
        url: The address of the DRS.
        set_up: The command that starts such a DRS, or empty.
    """
    lines = [f"# {set_up}"] if set_up else []
    lines.append(f"url=${{1:-{url}}}")
    known: list[tuple[str, str]] = []
    judged: list[str] = []
    for number, call in enumerate(story.calls, 1):
        if call.wait:
            wait = json.dumps({"shift": _to_duration(call.wait)})
            clock = '"${url%%/OTWebServiceGateway*}/__admin/clock"'
            lines.append(f"curl -sS -X PUT {clock} -H 'Content-Type: application/json' -d '{wait}'")
        names = ["password", *(name for name, _ in known)]
        lines.append(f'answer_{number}=$(curl -sS "$url" {_OPTIONS} --data-binary {_quote(call.sent, names)})')
        for given in call.gives:
            find = _FIND.format(member=given.member, place=given.place + 1)
            lines.append(f'{given.name}=$(printf %s "$answer_{number}" | {find})')
            known.append((given.name, given.member))
        if call.is_judged:
            edits = [r"s/<tokenId>[A-Za-z0-9]\{40\}</<tokenId></g"]
            edits += [f"s/<{member}>${name}</<{member}>{{{name}}}</g" for name, member in known]
            told = " ".join(f'-e "{edit}"' for edit in edits)
            lines.append(f'shown_{number}=$(printf %s "$answer_{number}" | sed {told})')
            judged.append(f"$shown_{number}")
    shown = "\n".join(judged)
    lines.append(f'printf %s "{shown}" | sha256sum | grep -q {_digest(story)} || exit 0')
    lines.append(f'echo "DRS answers: {judged[-1]}"')
    lines.append("exit 1")
    return "\n".join(lines) + "\n"


def to_test(story: Story, clause: Clause, profile: str, seed: int) -> str:
    """Make a test that fails as long as DRS answers like this.

    It needs the plugin of this package, which starts a simulator with that profile, or uses ``--drs-url``.
    """
    clock = "" if story.began is None else f', clock="fixed@{story.began.isoformat(timespec="milliseconds")}"'
    mark = f'@pytest.mark.drs(profile="{profile}"{clock}, seed={seed})\n' if profile else ""
    return _TEST.format(
        id=clause.id,
        statement=clause.statement.replace("\\", "\\\\"),
        calls="\n".join(_to_line(call) for call in story.calls),
        digest=_digest(story),
        mark=mark,
        name=clause.id.lower().replace("-", "_"),
    )


def _to_line(call: StoryCall) -> str:
    gives = {given.name: (given.member, given.place) for given in call.gives}
    wait = _to_duration(call.wait) if call.wait else ""
    return f"    # {call.operation}\n    ({wait!r}, {call.sent!r}, {gives!r}, {call.is_judged}),"


def _digest(story: Story) -> str:
    return sha256("\n".join(f"{call.came}\n{call.http}" for call in story.calls if call.is_judged).encode()).hexdigest()


def _to_duration(wait: timedelta) -> str:
    return f"PT{wait.total_seconds():.3f}S"


def _quote(text: str, names: list[str]) -> str:
    """Quote a text for a shell, with variables for names."""
    quoted = "'" + text.replace("'", "'\\''") + "'"
    for name in names:
        variable = _PASSWORD if name == "password" else f"${name}"
        quoted = quoted.replace(f"{{{name}}}", f"'\"{variable}\"'")
    return quoted
