"""Options from environment variables: wrong values are named, and Kubernetes's own variables are ignored."""

from __future__ import annotations

import pytest
import typer
from drs_simulator.cli.environment import EnvironmentCommand, remove_service_variables
from typer.testing import CliRunner, Result

# What Kubernetes sets for a service named drs with the port 8080.
KUBERNETES = {
    "DRS_SERVICE_HOST": "10.96.12.7",
    "DRS_SERVICE_PORT": "8080",
    "DRS_PORT": "tcp://10.96.12.7:8080",
    "DRS_PORT_8080_TCP": "tcp://10.96.12.7:8080",
    "DRS_PORT_8080_TCP_PROTO": "tcp",
    "DRS_PORT_8080_TCP_PORT": "8080",
    "DRS_PORT_8080_TCP_ADDR": "10.96.12.7",
}


def run(environment: dict[str, str], *arguments: str) -> Result:
    app = typer.Typer()

    @app.command(cls=EnvironmentCommand, context_settings={"auto_envvar_prefix": "DRS"})
    def serve(port: int = 8080, admin: bool = True) -> None:
        typer.echo(f"port {port}")

    return CliRunner().invoke(app, arguments, env={"COLUMNS": "200", **environment})


@pytest.mark.parametrize("value", ["tcp://10.96.12.7:8080", "udp://10.96.12.7:53", "TCP://[fd00::1]:8080"])
def test_service_address_is_removed(value: str) -> None:
    environment = {"DRS_PORT": value, "DRS_LOGIN": "me", "PORT": value}
    assert remove_service_variables(environment) == [
        f"DRS_PORT={value} is ignored: it is the address of a service, set by Kubernetes."
    ]
    assert environment == {"DRS_LOGIN": "me", "PORT": value}


def test_kubernetes_variables_leave_the_defaults() -> None:
    environment = dict(KUBERNETES)
    lines = remove_service_variables(environment)
    assert [line.split("=")[0] for line in lines] == ["DRS_PORT", "DRS_PORT_8080_TCP"]
    assert run(environment).stdout == "port 8080\n"


@pytest.mark.parametrize("value", ["8080", "abc", "postgresql+psycopg://h/d", "sqlite:///drs.db", "http://h/", "tcp"])
def test_other_values_stay(value: str) -> None:
    environment = {"DRS_PORT": value}
    assert remove_service_variables(environment) == []
    assert environment == {"DRS_PORT": value}


@pytest.mark.parametrize(("name", "value"), [("DRS_PORT", "abc"), ("DRS_ADMIN", "perhaps")])
def test_wrong_value_names_its_variable(name: str, value: str) -> None:
    done = run({name: value})
    assert done.exit_code == 2
    assert f"the environment variable {name}={value}" in done.output


def test_wrong_argument_names_its_option() -> None:
    done = run({"DRS_PORT": "9090"}, "--port", "abc")
    assert done.exit_code == 2
    assert "'--port'" in done.output
    assert "DRS_PORT" not in done.output


def test_empty_variable_is_unset() -> None:
    assert run({"DRS_PORT": ""}).stdout == "port 8080\n"
