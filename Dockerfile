# A simulator on its own: nothing in the image but Python, the wheel and what it needs.
FROM python:3.13-slim AS build
WORKDIR /source
COPY . .
RUN pip wheel --no-cache-dir --wheel-dir /wheels ".[sql,tls]"

FROM python:3.13-slim
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links /wheels "drs-simulator[sql,tls]" \
    && useradd --uid 10001 --create-home drs
USER 10001
WORKDIR /home/drs
ENV DRS_HOST=0.0.0.0 DRS_LOG_LEVEL=info DRS_LOG_FORMAT=json
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/health', timeout=2)"]
# It listens for callers from elsewhere, so that it wants a password of yours: DRS_PASSWORD.
ENTRYPOINT ["drs-simulator"]
CMD ["serve"]
