# docker build -t elboard . && docker run -p 127.0.0.1:8000:8000 -v elboard:/data elboard
FROM python:3.12-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY elboard elboard
COPY app app
COPY vae_core vae_core
COPY templates templates
COPY static static
COPY docs/estimator.md docs/estimator.md
RUN python -m venv /opt/elboard \
    && /opt/elboard/bin/pip install --no-cache-dir --constraint constraints.txt \
       --extra-index-url https://download.pytorch.org/whl/cpu .

FROM python:3.12-slim
RUN useradd --uid 10001 --create-home elboard && install --directory --owner elboard --mode 0700 /data
COPY --from=build /opt/elboard /opt/elboard
USER elboard
ENV PATH=/opt/elboard/bin:$PATH ELBOARD_DATA=/data PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD \
    ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/api/health', timeout=2)"]
CMD ["elboard", "serve", "--host", "0.0.0.0", "--port", "8000"]
