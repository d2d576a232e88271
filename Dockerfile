# Targets: service (default), ray, training. See docs/deployment.md.
ARG BASE=docker.io/library/python:3.11-slim-bookworm


FROM ${BASE} AS base
ENV PATH=/opt/earmark/bin:$PATH \
    PYTHONUNBUFFERED=1


# An empty environment. No stage has a compiler: all that is needed comes as wheels, and every wheel by its hash.
# (0 is how pip wants to be told to compile nothing.)
FROM base AS tools
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_NO_COMPILE=0 \
    PIP_ONLY_BINARY=:all:
RUN python3 -m venv /opt/earmark
WORKDIR /source
COPY pyproject.toml requirements.lock requirements-dev.lock ./
COPY deploy/image/pins.py ./


# Without the models, which images have in /models.
FROM tools AS project
COPY README.md LICENSE NOTICE ./
COPY earmark earmark
COPY service service
COPY training training
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    pip wheel --no-deps --wheel-dir /wheels .


FROM tools AS service-build
# Some of pyproject.toml's extras, such as library,telemetry
ARG EXTRAS=
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    python3 pins.py "$EXTRAS" > extras.lock \
    && pip install --require-hashes -r requirements.lock -r extras.lock
COPY --from=project /wheels /wheels
COPY deploy/image/trim.sh ./
RUN pip install --no-index --no-deps /wheels/*.whl \
    && pip uninstall --yes pip setuptools \
    && sh trim.sh "$EXTRAS"


FROM tools AS ray-build
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    python3 pins.py ray > ray.lock \
    && pip install --require-hashes -r requirements.lock -r ray.lock
COPY --from=project /wheels /wheels
COPY deploy/image/trim.sh ./
RUN pip install --no-index --no-deps /wheels/*.whl \
    && pip uninstall --yes pip setuptools \
    && sh trim.sh ray


FROM tools AS training-build
# Its builds for processors and for GPUs differ, so no lock can name it; the pip.conf that is given may say where from.
ARG TORCH=torch==2.13.0
# hadolint ignore=DL3013
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    python3 pins.py training,handcrafted > training.lock \
    && pip install --require-hashes -r requirements.lock -r training.lock \
    && pip install "$TORCH"
COPY --from=project /wheels /wheels
RUN pip install --no-index --no-deps /wheels/*.whl


FROM base AS runtime
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Earmark" \
      org.opencontainers.image.description="Listens to an audio file and says what is in it: music, speech, genre, scene." \
      org.opencontainers.image.version="0.2.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="MIT"
# BLAS would start a thread for each processor of the machine, whatever the container may use of it.
ENV EARMARK_HOST=0.0.0.0 \
    EARMARK_PORT=8000 \
    EARMARK_MODELS_DIR=/models \
    EARMARK_UPLOAD_DIR=/uploads \
    HOME=/tmp \
    OMP_NUM_THREADS=1 \
    OPENBLAS_NUM_THREADS=1
RUN install --directory --owner=10001 --group=10001 --mode=700 /uploads
COPY models /models
WORKDIR /tmp
STOPSIGNAL SIGTERM


FROM runtime AS training
COPY --from=training-build /opt/earmark /opt/earmark
COPY deploy/image/compile_all.sh /opt/earmark/share/
RUN sh /opt/earmark/share/compile_all.sh
USER 10001:10001
ENTRYPOINT ["python3", "-m", "training"]
CMD ["--help"]


FROM runtime AS ray
# For the probes of KubeRay.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends wget \
    && rm -rf /var/lib/apt/lists/*
COPY --from=ray-build /opt/earmark /opt/earmark
COPY deploy/image/compile_all.sh deploy/image/is_ready.py /opt/earmark/share/
RUN sh /opt/earmark/share/compile_all.sh
ENV RAY_USAGE_STATS_ENABLED=0
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python3", "-I", "/opt/earmark/share/is_ready.py"]
CMD ["earmark", "serve", "--engine", "ray"]


FROM runtime AS service
COPY --from=service-build /opt/earmark /opt/earmark
COPY deploy/image/first_run.py deploy/image/is_ready.py /opt/earmark/share/
# What runs here is compiled here: all that a start needs, since nothing can be written later, and no more.
RUN python3 /opt/earmark/share/first_run.py
ENV PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python3", "-I", "/opt/earmark/share/is_ready.py"]
ENTRYPOINT ["earmark"]
CMD ["serve"]
