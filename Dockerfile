# docker build -t clapper .
# Two stages: wheels are installed by their hashes in the first, and nothing of it but the result reaches the second.

ARG PYTHON=3.11-slim-bookworm

FROM python:${PYTHON} AS install
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.txt /install/
RUN python -m venv --without-pip /opt/clapper \
 && pip --python /opt/clapper/bin/python install --require-hashes --only-binary :all: -r /install/requirements.txt
COPY . /app
RUN python -m compileall -q /app /opt/clapper/lib

FROM python:${PYTHON}
# Nothing is installed at run time.
RUN pip uninstall --yes --no-cache-dir setuptools wheel pip \
 && install --directory --owner=10001 --group=10001 --mode=0700 /data
COPY --from=install /opt/clapper /opt/clapper
COPY --from=install /app /app
ENV PATH=/opt/clapper/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DATA_DIR=/data
WORKDIR /app
USER 10001:10001
VOLUME /data
STOPSIGNAL SIGTERM
# Restart by what says that the process is alive; /readyz also asks Discord and the database, which no restart mends.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ.get(\"HEALTH_PORT\") or 8099}/healthz', timeout=5)"]
ENTRYPOINT ["python", "bot.py"]
CMD ["run"]
