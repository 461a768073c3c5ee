# A simulator alone: the image has Python, the wheel and its dependencies.
FROM python:3.13-slim AS build
WORKDIR /source
COPY . .
RUN pip wheel --no-cache-dir --wheel-dir /wheels ".[sql,tls]"

FROM python:3.13-slim
# The folder of --tls-dir is there, so that a volume mounted at it belongs to the simulator's user.
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links /wheels "drs-simulator[sql,tls]" \
    && useradd --uid 10001 --create-home drs \
    && install --directory --owner=drs /home/drs/tls
USER 10001
WORKDIR /home/drs
ENV DRS_HOST=0.0.0.0 DRS_LOG_LEVEL=info DRS_LOG_FORMAT=json
EXPOSE 8080
# It follows the port and TLS of the server where these are set as variables (DRS_PORT, DRS_TLS, DRS_TLS_CERT).
HEALTHCHECK --interval=15s --timeout=5s --start-period=5s CMD ["drs-simulator", "health"]
# It listens for callers from other machines, so it needs a password of your own: DRS_PASSWORD.
ENTRYPOINT ["drs-simulator"]
CMD ["serve"]
