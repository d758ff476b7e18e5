# Our services, one image for all of them. Debian 13, whose C library uWebSockets.js needs.
FROM node:24-trixie-slim AS base
WORKDIR /slipstream
COPY package.json package-lock.json .npmrc ./

# The page needs what only developers install, and leaves nothing but its files.
FROM base AS page
RUN npm ci --no-audit --no-fund || npm install --no-save --no-audit --no-fund
COPY tsconfig.json tsconfig.json
COPY schemas schemas
COPY web web
RUN node web/build/main.ts
RUN mv web/dist/* page

FROM base
ENV NODE_ENV=production
# The lock may lack optional packages of other platforms; `npm ci` then takes it for one that does not match.
RUN npm ci --omit=dev --no-audit --no-fund || npm install --omit=dev --no-save --no-audit --no-fund

# For `npm run backup`: pg_dump of the version that docker compose runs.
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-client && rm -rf /var/lib/apt/lists/*

COPY schemas schemas
COPY files files
COPY runtime runtime
COPY stack stack
COPY ingest ingest
COPY processors processors
COPY api api
COPY device-sim device-sim
COPY importer importer
COPY --from=page /slipstream/page page
ENV SLIPSTREAM_PAGE_DIR=/slipstream/page

# Keys of tokens, and notes of deletions; nothing else is kept in a container of ours.
RUN mkdir /data /deletions && chown node:node /data /deletions
VOLUME /data /deletions
USER node

ENTRYPOINT ["node"]
CMD ["ingest/main.ts", "--help"]
