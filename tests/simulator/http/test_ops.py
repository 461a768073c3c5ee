"""Operating a server: options, TLS, health, metrics, logs and stopping."""

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
from drs_simulator import StateError
from drs_simulator.cli import app
from drs_simulator.http.servers.tls import self_signed
from prometheus_client.parser import text_string_to_metric_families

from tests.simulator.cli.test_cli import COMMAND, run, serving
from tests.simulator.soap.wire import OPEN, Caller, call

XML = {"Content-Type": "text/xml"}


def endpoint(printed: str) -> str:
    address: str = re.findall(r"endpoint +(\S+)", printed)[0]
    return address


def test_every_option_has_an_environment_variable() -> None:
    serve = typer.main.get_command(app).commands["serve"]  # type: ignore[attr-defined]
    context = typer.Context(serve, info_name="serve", **serve.context_settings)
    for option in serve.params:
        name = f"DRS_{option.name.upper()}"
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv(name, "value")
            assert option.resolve_envvar_value(context) == "value", name


@pytest.fixture(scope="module")
def pem_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority, a certificate and its key."""
    folder = tmp_path_factory.mktemp("tls")
    self_signed("127.0.0.1", folder)
    return folder


def test_generated_certificate_is_trusted_and_reused(tmp_path: Path) -> None:
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


def test_given_certificate_is_used(pem_dir: Path) -> None:
    own = ("--tls-cert", str(pem_dir / "certificate.pem"), "--tls-key", str(pem_dir / "key.pem"))
    with serving("--port", "0", *own) as (_, printed):
        assert "trust" not in printed
        assert requests.get(f"{endpoint(printed)}?wsdl", verify=str(pem_dir / "ca.pem"), timeout=10).status_code == 200


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--tls-cert", "{pem_dir}/certificate.pem"), "--tls-cert and --tls-key go together"),
        (("--tls-dir", "{pem_dir}"), "--tls-dir goes with --tls self-signed"),
        (("--tls", "self-signed", "--tls-key", "{pem_dir}/key.pem"), "Give either --tls self-signed, or"),
        (
            ("--tls-cert", "{pem_dir}/certificate.pem", "--tls-key", "{pem_dir}/none.pem"),
            "none.pem cannot be read",
        ),
        (("--tls-cert", "{pem_dir}/none.pem", "--tls-key", "{pem_dir}/key.pem"), "none.pem cannot be read"),
        (
            ("--tls-cert", "{pem_dir}/ca.pem", "--tls-key", "{pem_dir}/key.pem"),
            "cannot be used: KEY_VALUES_MISMATCH",
        ),
        (("--tls-cert", "{pem_dir}/key.pem", "--tls-key", "{pem_dir}/key.pem"), "Give a PEM certificate"),
        (("--tls", "self-signed", "--tls-dir", "{pem_dir}/ca.pem/x"), "Choose another --tls-dir"),
        (("--log-level", "loud"), "loud"),
    ],
)
def test_unusable_options_are_one_line(pem_dir: Path, arguments: tuple[str, ...], words: str) -> None:
    done = run("serve", "--port", "0", *(each.format(pem_dir=pem_dir) for each in arguments))
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_health_is_ok() -> None:
    http = Caller().http
    assert http.get("/health").json == {"status": "ok"}
    assert http.post("/health").status_code == 405


@pytest.mark.parametrize(("path", "method"), [("/health", "ping"), ("/metrics", "counts")])
def test_unreachable_state_is_503(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, path: str, method: str
) -> None:
    drs = Caller()

    def fail() -> None:
        raise StateError("the disk is gone")

    monkeypatch.setattr(drs.simulator.scheduler, method, fail)
    answer = drs.http.get(path)
    assert (answer.status_code, answer.json) == (503, {"status": "state unreachable"})
    assert caplog.messages == ["The state cannot be reached: the disk is gone"]


def samples(drs: Caller) -> dict[str, float]:
    page = drs.http.get("/metrics").text
    return {
        f"{sample.name}{sorted(sample.labels.values())}": sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def test_metrics_count_calls_and_state() -> None:
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
def serving_with_log(*arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A server whose log can be read, and the address of its gateway."""
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


def stop(process: subprocess.Popen[str]) -> str:
    """Stop the server with SIGTERM and return its log."""
    process.send_signal(signal.SIGTERM)
    logged = process.communicate(timeout=20)[1]
    assert process.returncode == 0
    return logged


@pytest.mark.parametrize("form", ["json", "console"])
def test_log_has_every_exchange_and_no_secret(form: str) -> None:
    with serving_with_log("--log-level", "info", "--log-format", form) as (url, process):
        body = call("openSession", "<login>drs</login><password>let-me-in</password>")
        opened = requests.post(url, body, headers=XML | {"X-Request-ID": "mine-1"}, timeout=10)
        session = re.findall("<sessionId>(.*?)<", opened.text)[0]
        assert opened.headers["X-Request-ID"] == "mine-1"
        forged = 'a\n{"event": "forged"}'
        other = requests.post(url, call("closeSession", f"<sessionId>{forged}</sessionId>"), headers=XML, timeout=10)
        assert re.fullmatch("[0-9a-f]{16}", other.headers["X-Request-ID"])
        replaced = requests.get(url, headers={"X-Request-ID": "two words"}, timeout=10).headers["X-Request-ID"]
        assert replaced != "two words"
        log = stop(process)
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


def test_default_log_has_no_exchanges() -> None:
    with serving_with_log() as (url, process):
        answer = requests.post(url, call("openSession", OPEN), headers=XML, timeout=10)
        assert "X-Request-ID" not in answer.headers
        assert stop(process) == ""


def test_running_call_is_answered_on_stop(tmp_path: Path) -> None:
    rules = tmp_path / "faults.toml"
    rules.write_text('[[faults]]\neffect = { kind = "delay", seconds = 1.5 }\n', encoding="utf-8")
    with serving_with_log("--faults", str(rules)) as (url, process), ThreadPoolExecutor() as pool:
        body = call("openSession", "<login>drs</login><password>let-me-in</password>")
        answer = pool.submit(requests.post, url, body, headers=XML, timeout=10)
        sleep(0.5)
        stop(process)
        assert "<status>success</status>" in answer.result().text


def test_killed_server_frees_its_port() -> None:
    with serving_with_log() as (url, process):
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
