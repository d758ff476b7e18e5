/** The zip of a phone's health store, read entry by entry. No other file of the importer knows the library. */
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { DATABASE_PATH } from '../../files/health/health-connect-tables.ts';
import { RefusedFileError } from '../../files/reasons.ts';

export interface ZippedExport {
  /** Whose export it is, by what is in it. */
  readonly store: 'healthkit' | 'health_connect';
  /** What the directory says that the records unpack to. */
  readonly bytes: number;
  /** The XML or the database with the records, chunk by chunk. Throws RefusedFileError. */
  chunks(): AsyncGenerator<Uint8Array>;
  /** A GPX of the zip by the path that the records name; null where it is not there or too large. */
  route(path: string): Promise<Uint8Array | null>;
  close(): void;
}

export interface ZippedExportLimits {
  /** Of Apple's XML, which is read as a stream. */
  readonly maxXmlBytes: number;
  /** Of Health Connect's database, which lies on the disk while it is read. */
  readonly maxDatabaseBytes: number;
}

/** A day at 1 Hz is 15 MB. */
const MAX_ROUTE_BYTES = 64 * 1024 * 1024;
const MAX_ENTRIES = 200_000;

/** Throws RefusedFileError for a zip that is broken or holds no export, or one that unpacks to more than allowed. */
export async function openZippedExport(file: string, limits: ZippedExportLimits): Promise<ZippedExport> {
  const zip = await openPromise(file, { lazyEntries: true, autoClose: false, validateEntrySizes: true }).catch(refuse);
  try {
    const { xml, database, routes } = await entriesOf(zip);
    const entry = database ?? xml;
    if (entry === null) throw new RefusedFileError('unknown_format', 'a zip without the records of a Health export');
    const maxBytes = entry === database ? limits.maxDatabaseBytes : limits.maxXmlBytes;
    const bytes = entry.uncompressedSize;
    if (bytes > maxBytes) throw new RefusedFileError('file_too_large', `unpacks to more than ${maxBytes} bytes`);
    return {
      ...{ store: entry === database ? 'health_connect' : 'healthkit', bytes },
      async *chunks() {
        try {
          for await (const chunk of await zip.openReadStreamPromise(entry)) yield chunk as Uint8Array;
        } catch (error) {
          throw error instanceof RefusedFileError ? error : refusal(error);
        }
      },
      route: (path) => readRoute(zip, routes.get(path)),
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error instanceof RefusedFileError ? error : refusal(error);
  }
}

async function entriesOf(zip: ZipFile) {
  const routes = new Map<string, Entry>();
  let [xml, database]: (Entry | null)[] = [null, null];
  let entries = 0;
  for await (const entry of zip.eachEntry()) {
    if (++entries > MAX_ENTRIES) throw new RefusedFileError('file_too_large', `more than ${MAX_ENTRIES} files`);
    const name = entry.fileName;
    if (/\/workout-routes\/[^/]+\.gpx$/.test(name)) routes.set(name.slice(name.indexOf('/workout-routes/')), entry);
    // It is named in the phone's language, unlike the clinical document beside it.
    else if (/^[^/]+\/[^/]+\.xml$/.test(name) && !name.endsWith('_cda.xml')) xml = entry;
    else if (DATABASE_PATH.test(name)) database = entry;
  }
  return { xml, database, routes };
}

async function readRoute(zip: ZipFile, entry: Entry | undefined): Promise<Uint8Array | null> {
  if (entry === undefined || entry.uncompressedSize > MAX_ROUTE_BYTES) return null;
  const parts: Uint8Array[] = [];
  try {
    for await (const part of await zip.openReadStreamPromise(entry)) parts.push(part as Uint8Array);
  } catch (error) {
    throw refusal(error);
  }
  return Buffer.concat(parts);
}

const refusal = (error: unknown) =>
  new RefusedFileError('bad_zip', error instanceof Error ? error.message : String(error));

function refuse(error: unknown): never {
  throw refusal(error);
}
