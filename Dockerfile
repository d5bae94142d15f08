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
RUN useradd --uid 10001 --user-group --home-dir /data --create-home --shell /usr/sbin/nologin shiftbridge
COPY --from=builder /opt/shiftbridge /opt/shiftbridge
# The root file system may be read-only: nothing is written but to /data, and nothing there with a Postgres.
ENV PATH=/opt/shiftbridge/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    SHIFTBRIDGE_CONFIG=/etc/shiftbridge SHIFTBRIDGE_DAEMON__LISTEN=0.0.0.0:8026
# By its number, so that an orchestrator sees that it is not root.
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8026
# Mount the configuration at /etc/shiftbridge: a folder with shiftbridge.toml and pairs/*.toml.
# The health check starts no second copy of the program, which would take half a second and 80 MB each time.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD \
    ["python", "-S", "-c", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8026, timeout=4); c.request('GET', '/healthz'); raise SystemExit(c.getresponse().status != 200)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["shiftbridge"]
CMD ["daemon"]
