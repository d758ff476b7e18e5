import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readGpx } from '../../files/gpx/read-gpx.ts';
import { createAppleExportReader } from '../../files/health/apple-export.ts';
import type { ExportFindings, ExportHandler } from '../../files/health/export-findings.ts';
import { readHealthConnectExport } from '../../files/health/health-connect-export.ts';
import { createRoutes } from '../../files/health/health-connect-sessions.ts';
import type { RoutePoint } from '../../files/health/health-record.ts';
import { openUntrustedDatabase, type UntrustedDatabase } from '../../files/health/untrusted-database.ts';
import { measuredAt } from '../../files/measured.ts';
import { type DamageCounts, RefusedFileError } from '../../files/reasons.ts';
import { openZippedExport, type ZippedExport } from './export-zip.ts';

/** An export of a phone's health store, which can be read more than once. */
export interface HealthExport {
  /** From beginning to end; `afterPart` gets the share of it that is read, and is waited for. */
  readThrough(handler: ExportHandler, afterPart: (share: number) => Promise<void>): Promise<ExportFindings>;
  /**
   * The route of a workout, by where `readThrough` said that it is: one after another, in the order of the workouts.
   * Where it cannot be read it is empty, and that is counted.
   */
  route(route: string, damage: DamageCounts): Promise<readonly RoutePoint[]>;
  close(): Promise<void>;
}

/** Ten years of a watch are three. */
const MAX_XML_BYTES = 8 * 1024 ** 3;
/** Three years of a phone with a watch were 50 MB. */
const MAX_DATABASE_BYTES = 1024 ** 3;

/**
 * @param scratchFolder where a database is unpacked; '' for the system's
 * Throws RefusedFileError for what is no export, or one that is broken or too large.
 */
export async function openHealthExport(file: string, scratchFolder: string, nowMs: number): Promise<HealthExport> {
  const limits = { maxXmlBytes: MAX_XML_BYTES, maxDatabaseBytes: MAX_DATABASE_BYTES };
  const zip = await openZippedExport(file, limits);
  if (zip.store === 'healthkit') return appleExport(zip, nowMs);
  try {
    return await healthConnectExport(zip, scratchFolder, nowMs);
  } finally {
    zip.close();
  }
}

function appleExport(zip: ZippedExport, nowMs: number): HealthExport {
  return {
    async readThrough(handler, afterPart) {
      const reader = createAppleExportReader(handler, nowMs);
      let bytes = 0;
      for await (const chunk of zip.chunks()) {
        reader.write(chunk);
        bytes += chunk.length;
        await afterPart(Math.min(1, bytes / zip.bytes));
      }
      return reader.end();
    },
    async route(path, damage) {
      const bytes = await zip.route(path);
      if (bytes === null) damage.add('unreadable');
      return bytes === null ? [] : routeOf(bytes, nowMs, damage);
    },
    close: async () => zip.close(),
  };
}

function routeOf(bytes: Uint8Array, nowMs: number, damage: DamageCounts): RoutePoint[] {
  try {
    return readGpx(bytes, nowMs).flatMap(({ samples }) =>
      Array.from(samples.timesMs, (timeMs, row) => ({
        ...{ timeMs, latitude: measuredAt(samples, 'latitude', row), longitude: measuredAt(samples, 'longitude', row) },
        ...{ altitudeM: measuredAt(samples, 'altitude', row), speedMps: measuredAt(samples, 'speed', row) },
      })).filter(
        (point): point is typeof point & RoutePoint => point.latitude !== undefined && point.longitude !== undefined,
      ),
    );
  } catch (error) {
    if (!(error instanceof RefusedFileError)) throw error;
    damage.add('unreadable');
    return [];
  }
}

/** SQLite wants a file to look around in: it is unpacked into a folder that goes away with the export. */
async function healthConnectExport(zip: ZippedExport, scratchFolder: string, nowMs: number): Promise<HealthExport> {
  const folder = await mkdtemp(join(scratchFolder || tmpdir(), 'slipstream-health-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  let database: UntrustedDatabase;
  try {
    const file = join(folder, 'health.db');
    await pipeline(Readable.from(zip.chunks()), createWriteStream(file, { mode: 0o600 }));
    database = openUntrustedDatabase(file);
  } catch (error) {
    await remove();
    throw error;
  }
  let routes: ReturnType<typeof createRoutes> | null = null;
  return {
    readThrough: (handler, afterPart) =>
      readHealthConnectExport(database, handler, nowMs, (read, all) =>
        afterPart(all === 0 ? 1 : Math.min(1, read / all)),
      ),
    async route(route, damage) {
      routes ??= createRoutes(database, nowMs);
      return routes.of(route, damage);
    },
    async close() {
      database.close();
      await remove();
    },
  };
}
