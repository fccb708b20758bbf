# The web processes, the hourly work and the schema's upgrade: one image, three commands.
# Runs as nobody in particular, on a file system that it does not write to but for two folders.

FROM python:3.11-slim-bookworm AS build
WORKDIR /srv/deal-payments
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
# First the packages: they change seldom, and are then taken from the cache.
COPY requirements.txt ./
RUN python -m venv .venv \
    && .venv/bin/pip install --require-hashes --only-binary :all: -r requirements.txt
COPY . .
# Whoever runs it may read it, however strict the umask was under which the files were checked out.
RUN chmod -R a+rX .
# The image is read-only: what Python would write at its first start is written here.
RUN .venv/bin/python -m compileall -q --invalidation-mode unchecked-hash -j 0 app.py b24app .venv/lib

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 deal-payments \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin deal-payments \
    && install -d -o 10001 -g 10001 -m 0750 /var/lib/deal-payments/rest-log
COPY --from=build /srv/deal-payments /srv/deal-payments
WORKDIR /srv/deal-payments
ENV PATH=/srv/deal-payments/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    FLASK_APP=app \
    REST_LOG_DIR=/var/lib/deal-payments/rest-log
USER 10001:10001
EXPOSE 8000
# The process alone: a database that is away is not healed by another start (/readyz tells that).
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "deploy/container/healthcheck.py"]
# SIGTERM lets requests end, and tini is not needed: gunicorn reaps its own.
STOPSIGNAL SIGTERM
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]
