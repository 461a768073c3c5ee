"""A PostgreSQL schema for one tenant, reached by connections that all tenants share."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, Engine, PoolProxiedConnection

_ENTERED = "drs_tenant_schema"


class TenantSchema(NamedTuple):
    """The schema of one tenant's tables. However many tenants there are, they use the same few connections.

    Args:
        name: The name of the schema, which needs no escape.
        engine: Connections for use cases, whose statements commit by themselves.
        records: Connections for exchanges and figures.
    """

    name: str
    engine: Engine
    records: Engine

    def enter(self, pooled: PoolProxiedConnection) -> None:
        """Let the names of tables mean this tenant's. A trip, unless the connection was used for this tenant last."""
        if pooled.info.get(_ENTERED) != self.name:
            assert pooled.driver_connection is not None
            # By itself, so that no transaction can undo it.
            pooled.driver_connection.execute(self._statement("SET"))
            pooled.info[_ENTERED] = self.name

    def enter_for_transaction(self, connection: Connection) -> None:
        """Let the names of tables mean this tenant's until the transaction ends."""
        connection.exec_driver_sql(self._statement("SET LOCAL"))

    def _statement(self, command: str) -> str:
        return f'{command} search_path TO "{self.name}"'
