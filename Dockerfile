# One image for web, worker and beat; alone it runs all three (manage.py serve).  See docs/ops/.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /srv/shouyue

COPY requirements-server.txt ./
RUN pip install --require-hashes -r requirements-server.txt

COPY . .
# The code belongs to root and is read-only for the account that runs it; only var/ is written.
RUN useradd --system --uid 10001 --home-dir /srv/shouyue --no-create-home shouyue \
 && install --directory --owner=shouyue --group=shouyue --mode=0700 /srv/shouyue/var
USER shouyue
ENV SHOUYUE_VAR_DIR=/srv/shouyue/var
VOLUME /srv/shouyue/var
EXPOSE 8000

CMD ["sh", "-c", "python manage.py migrate && exec python manage.py serve --bind 0.0.0.0:8000"]
