# One image for all four services: docker build -t guanxi:0.1.0 .
# Run as: docker run guanxi:0.1.0 scoring worker    (python -m <service> <command>)

FROM python:3.11-slim-bookworm AS wheels
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /source
COPY constraints.txt ./
RUN pip install --constraint constraints.txt hatchling
COPY libs/common libs/common
COPY services services
COPY cli cli
# The command line carries these two inside its wheel.
COPY deploy/local deploy/local
COPY policies policies
RUN pip wheel --no-build-isolation --constraint constraints.txt --wheel-dir /wheels \
        ./libs/common ./services/ingest ./services/scoring ./services/engagement ./services/feedback ./cli

FROM python:3.11-slim-bookworm
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="guanxi" \
      org.opencontainers.image.description="An event-driven backend for customer relationships" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

# The user's number is fixed, so that volumes and a pod's runAsUser can name it.
RUN groupadd --gid 10001 guanxi \
    && useradd --uid 10001 --gid guanxi --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin guanxi
RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \
    python -m venv /opt/guanxi \
    && /opt/guanxi/bin/pip install --no-cache-dir --disable-pip-version-check --no-index --find-links /wheels \
        guanxi-ingest guanxi-scoring guanxi-engagement guanxi-feedback guanxi-cli
COPY policies /etc/guanxi/policies

# Nothing is written but /tmp: the root file system may be read-only.
ENV PATH=/opt/guanxi/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    GUANXI_HOST=0.0.0.0 \
    GUANXI_PORT=8000 \
    GUANXI_MANAGEMENT_PORT=8100 \
    GUANXI_POLICIES_DIR=/etc/guanxi/policies
USER 10001:10001
EXPOSE 8000 8100
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=1s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['GUANXI_MANAGEMENT_PORT'] + '/readyz', timeout=4)"]
ENTRYPOINT ["python", "-m"]
CMD ["ingest", "api"]
