/** The zip that Apple's Health app exports, read entry by entry. No other file of the importer knows the library. */
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { RefusedFileError } from '../../files/reasons.ts';

export interface HealthExport {
  /** What the directory says that the records unpack to. */
  readonly xmlBytes: number;
  /** The records, chunk by chunk. Throws RefusedFileError. */
  chunks(): AsyncGenerator<Uint8Array>;
  /** A GPX of the zip by the path that the records name; null where it is not there or too large. */
  route(path: string): Promise<Uint8Array | null>;
  close(): void;
}

/** A day at 1 Hz is 15 MB. */
const MAX_ROUTE_BYTES = 64 * 1024 * 1024;
const MAX_ENTRIES = 200_000;

/** Throws RefusedFileError for a zip that is broken or holds no export, or one that unpacks to more than allowed. */
export async function openHealthExport(file: string, maxXmlBytes: number): Promise<HealthExport> {
  const zip = await openPromise(file, { lazyEntries: true, autoClose: false, validateEntrySizes: true }).catch(refuse);
  const routes = new Map<string, Entry>();
  let xml: Entry | null = null;
  try {
    let entries = 0;
    for await (const entry of zip.eachEntry()) {
      if (++entries > MAX_ENTRIES) throw new RefusedFileError('file_too_large', `more than ${MAX_ENTRIES} files`);
      const name = entry.fileName;
      if (/\/workout-routes\/[^/]+\.gpx$/.test(name)) routes.set(name.slice(name.indexOf('/workout-routes/')), entry);
      // It is named in the phone's language, unlike the clinical document beside it.
      else if (/^[^/]+\/[^/]+\.xml$/.test(name) && !name.endsWith('_cda.xml')) xml = entry;
    }
  } catch (error) {
    zip.close();
    throw error instanceof RefusedFileError ? error : refusal(error);
  }
  if (xml === null) {
    zip.close();
    throw new RefusedFileError('unknown_format', 'a zip without the records of a Health export');
  }
  if (xml.uncompressedSize > maxXmlBytes) {
    zip.close();
    throw new RefusedFileError('file_too_large', `unpacks to more than ${maxXmlBytes} bytes`);
  }
  const records = xml;
  return {
    xmlBytes: records.uncompressedSize,
    async *chunks() {
      try {
        for await (const chunk of await zip.openReadStreamPromise(records)) yield chunk as Uint8Array;
      } catch (error) {
        throw error instanceof RefusedFileError ? error : refusal(error);
      }
    },
    route: (path) => readRoute(zip, routes.get(path)),
    close: () => zip.close(),
  };
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
