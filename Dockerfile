# Our services, one image for all of them. Debian 13, whose C library uWebSockets.js needs.
FROM node:24-trixie-slim

ENV NODE_ENV=production
WORKDIR /slipstream

COPY package.json package-lock.json .npmrc ./
# The lock may lack optional packages of other platforms; `npm ci` then takes it for one that does not match.
RUN npm ci --omit=dev --no-audit --no-fund || npm install --omit=dev --no-save --no-audit --no-fund

COPY schemas schemas
COPY files files
COPY runtime runtime
COPY stack stack
COPY ingest ingest
COPY processors processors
COPY api api
COPY device-sim device-sim
COPY importer importer

# Keys of tokens; nothing else is kept in a container of ours.
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node

ENTRYPOINT ["node"]
CMD ["ingest/main.ts", "--help"]
