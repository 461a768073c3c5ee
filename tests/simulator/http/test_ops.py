"""A server as those who operate it see it: options, TLS, health, metrics, logs, and how it stops."""

from __future__ import annotations

import json
import re
import signal
import socket
import stat
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import urlsplit

import pytest
import requests
import typer.main
from drs_simulator.cli import app
from drs_simulator.http.servers.tls import self_signed
from prometheus_client.parser import text_string_to_metric_families

from tests.simulator.cli.test_cli import COMMAND, run, serving
from tests.simulator.soap.wire import OPEN, Caller, call

XML = {"Content-Type": "text/xml"}


def endpoint(printed: str) -> str:
    return re.findall(r"endpoint +(\S+)", printed)[0]


def test_every_option_of_serve_has_an_environment_variable_of_its_name() -> None:
    serve = typer.main.get_command(app).commands["serve"]  # type: ignore[attr-defined]
    context = typer.Context(serve, info_name="serve", **serve.context_settings)
    for option in serve.params:
        name = f"DRS_{option.name.upper()}"
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv(name, "told")
            assert option.resolve_envvar_value(context) == "told", name


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority, a certificate and its key."""
    folder = tmp_path_factory.mktemp("tls")
    self_signed("127.0.0.1", folder)
    return folder


def test_a_certificate_that_is_made_is_trusted_through_its_authority_and_kept(tmp_path: Path) -> None:
    arguments = ("--port", "0", "--tls", "self-signed", "--tls-dir", str(tmp_path / "tls"))
    authorities = []
    for _ in range(2):
        with serving(*arguments) as (_, printed):
            url = endpoint(printed)
            assert url.startswith("https://")
            authority = re.findall(r"trust +(\S+)", printed)[0]
            authorities.append(Path(authority).read_bytes())
            answer = requests.post(url, call("openSession", OPEN), headers=XML, verify=authority, timeout=10)
            assert "<status>success</status>" in answer.text
            assert f'location="{url}"' in requests.get(f"{url}?wsdl", verify=authority, timeout=10).text
            with pytest.raises(requests.exceptions.SSLError):
                requests.get(url, timeout=10)
    assert authorities[0] == authorities[1]
    assert stat.S_IMODE((tmp_path / "tls" / "key.pem").stat().st_mode) == 0o600


def test_a_certificate_of_ones_own_is_shown(made: Path) -> None:
    own = ("--tls-cert", str(made / "certificate.pem"), "--tls-key", str(made / "key.pem"))
    with serving("--port", "0", *own) as (_, printed):
        assert "trust" not in printed
        assert requests.get(f"{endpoint(printed)}?wsdl", verify=str(made / "ca.pem"), timeout=10).status_code == 200


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--tls-cert", "{made}/certificate.pem"), "--tls-cert and --tls-key go together"),
        (("--tls-dir", "{made}"), "--tls-dir goes with --tls self-signed"),
        (("--tls", "self-signed", "--tls-key", "{made}/key.pem"), "Give either --tls self-signed, or"),
        (("--tls-cert", "{made}/certificate.pem", "--tls-key", "{made}/none.pem"), "none.pem cannot be read"),
        (("--tls-cert", "{made}/none.pem", "--tls-key", "{made}/key.pem"), "none.pem cannot be read"),
        (("--tls-cert", "{made}/ca.pem", "--tls-key", "{made}/key.pem"), "cannot be used: KEY_VALUES_MISMATCH"),
        (("--tls-cert", "{made}/key.pem", "--tls-key", "{made}/key.pem"), "Give a PEM certificate"),
        (("--tls", "self-signed", "--tls-dir", "{made}/ca.pem/x"), "Choose another --tls-dir"),
        (("--log-level", "loud"), "loud"),
    ],
)
def test_what_cannot_be_served_with_is_told_in_a_line(made: Path, arguments: tuple[str, ...], told: str) -> None:
    done = run("serve", "--port", "0", *(each.format(made=made) for each in arguments))
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_health_says_ok_to_whoever_asks_and_nothing_else_is_answered_there() -> None:
    http = Caller().http
    assert http.get("/health").json == {"status": "ok"}
    assert http.post("/health").status_code == 405


def test_health_is_unavailable_and_the_log_says_why_while_the_state_cannot_be_reached(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    drs = Caller()

    def fail() -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(drs.simulator._store, "transaction", fail)
    answer = drs.http.get("/health")
    assert (answer.status_code, answer.json) == (503, {"status": "state unreachable"})
    assert "the disk is gone" in caplog.text
    assert drs.http.get("/metrics").status_code == 503


def samples(drs: Caller) -> dict[str, float]:
    page = drs.http.get("/metrics").text
    return {
        f"{sample.name}{sorted(sample.labels.values())}": sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def test_metrics_count_calls_by_operation_and_outcome_and_what_is_kept() -> None:
    drs = Caller()
    session = drs.open()
    drs.ask("selectOrder", "<primaryOrderNumber>none</primaryOrderNumber>", session)
    drs.post(call("openSession", "<login>drs</login><password>wrong</password>"))
    drs.post("<a/>")
    found = samples(drs)
    assert found["drs_exchanges_total['openSession', 'success']"] == 1
    assert found["drs_exchanges_total['openSession', 'refusal']"] == 1
    assert found["drs_exchanges_total['refusal', 'selectOrder']"] == 1
    assert found["drs_exchanges_total['', 'fault']"] == 1
    assert found["drs_exchange_seconds_count[]"] == 4
    assert (found["drs_sessions[]"], found["drs_orders[]"]) == (1, 0)


@contextmanager
def logging(*arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A server whose log can be read, and its address."""
    command = [*COMMAND, "serve", "--port", "0", "--password", "let-me-in", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        printed = ""
        while "Stop it with" not in printed:
            printed += process.stdout.readline()
        yield endpoint(printed), process
    finally:
        process.terminate()
        process.communicate()


def ended(process: subprocess.Popen[str]) -> str:
    """What a server that is told to stop has logged."""
    process.send_signal(signal.SIGTERM)
    logged = process.communicate(timeout=20)[1]
    assert process.returncode == 0
    return logged


@pytest.mark.parametrize("form", ["json", "console"])
def test_the_log_has_a_line_for_every_exchange_with_its_id_and_no_secret(form: str) -> None:
    with logging("--log-level", "info", "--log-format", form) as (url, process):
        body = call("openSession", "<login>drs</login><password>let-me-in</password>")
        opened = requests.post(url, body, headers=XML | {"X-Request-ID": "mine-1"}, timeout=10)
        session = re.findall("<sessionId>(.*?)<", opened.text)[0]
        assert opened.headers["X-Request-ID"] == "mine-1"
        forged = 'a\n{"event": "forged"}'
        other = requests.post(url, call("closeSession", f"<sessionId>{forged}</sessionId>"), headers=XML, timeout=10)
        assert re.fullmatch("[0-9a-f]{16}", other.headers["X-Request-ID"])
        told = requests.get(url, headers={"X-Request-ID": "two words"}, timeout=10).headers["X-Request-ID"]
        assert told != "two words"
        log = ended(process)
    lines = log.splitlines()
    assert len(lines) == 3
    assert "mine-1" in lines[0]
    assert other.headers["X-Request-ID"] in lines[1]
    assert "let-me-in" not in log
    assert session not in log
    if form == "json":
        first = json.loads(lines[0])
        assert (first["operation"], first["outcome"], first["status"]) == ("openSession", "success", 200)
        assert [json.loads(line)["event"] for line in lines] == ["exchange"] * 3


def test_without_being_asked_a_server_logs_no_exchanges() -> None:
    with logging() as (url, process):
        answer = requests.post(url, call("openSession", OPEN), headers=XML, timeout=10)
        assert "X-Request-ID" not in answer.headers
        assert ended(process) == ""


def test_a_call_that_is_being_answered_when_the_server_is_told_to_stop_is_answered_still(tmp_path: Path) -> None:
    rules = tmp_path / "faults.toml"
    rules.write_text('[[faults]]\neffect = { kind = "delay", seconds = 1.5 }\n', encoding="utf-8")
    with logging("--faults", str(rules)) as (url, process), ThreadPoolExecutor() as pool:
        body = call("openSession", "<login>drs</login><password>let-me-in</password>")
        answer = pool.submit(requests.post, url, body, headers=XML, timeout=10)
        sleep(0.5)
        ended(process)
        assert "<status>success</status>" in answer.result().text


def test_a_server_that_is_killed_outright_leaves_no_process_that_holds_its_port() -> None:
    with logging() as (url, process):
        process.kill()
        process.wait()
        place = urlsplit(url)
        end = monotonic() + 15
        while True:
            with socket.socket() as probe:
                if probe.connect_ex((place.hostname or "", place.port or 0)) != 0:
                    break
            assert monotonic() < end
            sleep(0.1)
