"""Writes a call as a program that sends it: curl, Python and C#, each of which runs as copied."""

from __future__ import annotations

import json
import shlex
from typing import NamedTuple

_PYTHON = """\
import urllib.error
import urllib.request

envelope = {envelope}
headers = {headers}
request = urllib.request.Request({address}, envelope.encode("utf-8"), headers)
try:
    answer = urllib.request.urlopen(request)
except urllib.error.HTTPError as fault:
    answer = fault
print(answer.status, answer.read().decode("utf-8"))
"""
_CSHARP = """\
using System;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;

public static class Program
{{
    public static void Main()
    {{
        var envelope = {envelope};
        using (var http = new HttpClient())
        using (var request = new HttpRequestMessage(HttpMethod.Post, {address}))
        {{
            request.Content = new StringContent(envelope, Encoding.UTF8);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse({content_type});
{soap_action}            var answer = http.SendAsync(request).GetAwaiter().GetResult();
            Console.WriteLine((int)answer.StatusCode);
            Console.WriteLine(answer.Content.ReadAsStringAsync().GetAwaiter().GetResult());
        }}
    }}
}}
"""
_SOAP_ACTION = '            request.Headers.TryAddWithoutValidation("SOAPAction", {value});\n'


class OutgoingCall(NamedTuple):
    """A call to write as a program.

    Args:
        address: The gateway's address.
        body: The envelope.
        content_type: The Content-Type.
        soap_action: The SOAPAction; empty for none.
    """

    address: str
    body: str
    content_type: str
    soap_action: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """The headers. The body is sent in UTF-8, so a Content-Type with another charset is replaced."""
        kind = self.content_type or "text/xml"
        if not self.body.isascii() and "utf-8" not in kind.lower():
            kind = "text/xml; charset=utf-8"
        return {"Content-Type": kind} | ({"SOAPAction": self.soap_action} if self.soap_action else {})


def write_curl(call: OutgoingCall) -> str:
    """Write the call as a command for a shell."""
    lines = [f"curl {shlex.quote(call.address)}"]
    lines += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in call.headers.items()]
    lines.append(f"--data-binary {_quote(call.body)}")
    return " \\\n  ".join(lines)


def write_python(call: OutgoingCall) -> str:
    """Write the call as a Python script that needs nothing but Python."""
    is_plain = not any(each in call.body for each in ('"""', "\\", "\r")) and not call.body.endswith('"')
    envelope = f'"""{call.body}"""' if is_plain else repr(call.body)
    return _PYTHON.format(envelope=envelope, headers=repr(call.headers), address=repr(call.address))


def write_csharp(call: OutgoingCall) -> str:
    """Write the call as the program of a .NET console project (``dotnet new console``)."""
    headers = call.headers
    action = headers.get("SOAPAction", "")
    return _CSHARP.format(
        envelope='@"' + call.body.replace('"', '""') + '"',
        address=json.dumps(call.address),
        content_type=json.dumps(headers["Content-Type"]),
        soap_action=_SOAP_ACTION.format(value=json.dumps(action)) if action else "",
    )


def _quote(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
