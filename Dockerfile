# The builder has pip and the build backend; the runtime stage gets the finished virtualenv and nothing else.
FROM python:3.13-slim AS builder
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/shiftbridge
COPY requirements.txt /src/
RUN /opt/shiftbridge/bin/pip install --require-hashes --no-deps -r /src/requirements.txt
COPY pyproject.toml README.md LICENSE /src/
COPY mappings /src/mappings
COPY sandbox /src/sandbox
COPY sync /src/sync
RUN /opt/shiftbridge/bin/pip wheel --no-deps --wheel-dir /wheels /src \
    && /opt/shiftbridge/bin/pip install --no-deps --no-index /wheels/shiftbridge-*.whl

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /data --create-home shiftbridge
COPY --from=builder /opt/shiftbridge /opt/shiftbridge
ENV PATH=/opt/shiftbridge/bin:$PATH PYTHONUNBUFFERED=1
USER shiftbridge
WORKDIR /data
# The configuration is mounted here, and the SQLite file lives here unless the configuration names a Postgres.
VOLUME /data
HEALTHCHECK --interval=60s --timeout=10s --start-period=30s CMD ["shiftbridge", "status", "--config", "/data/config.toml"]
ENTRYPOINT ["shiftbridge"]
CMD ["reconcile", "--config", "/data/config.toml"]
