import { buffer } from 'node:stream/consumers';
import { fromBufferPromise, type ZipFile } from 'yauzl';
import { DATABASE_PATH } from '../../files/health/health-connect-tables.ts';
import { RefusedUploadError } from './refused-upload.ts';

export interface UnzipLimits {
  readonly maxFiles: number;
  /** Of one file, unpacked, and of all. */
  readonly maxFileBytes: number;
  readonly maxBytes: number;
}

/** A file of a zip; too large ones come without their bytes. */
export interface ZippedFile {
  readonly name: string;
  readonly bytes: Buffer | null;
  readonly unpackedBytes: number;
}

/**
 * The files of a zip, one after another. What it says that it unpacks to is looked at before anything is unpacked, and
 * what unpacks to more than it said is broken: a few kilobytes never become gigabytes. Throws RefusedUploadError.
 */
export async function* unzip(zip: Buffer, limits: UnzipLimits): AsyncGenerator<ZippedFile> {
  const { maxFiles, maxFileBytes, maxBytes } = limits;
  let [files, total] = [0, 0];
  try {
    const archive: ZipFile = await fromBufferPromise(zip, { lazyEntries: true, validateEntrySizes: true });
    for await (const entry of archive.eachEntry()) {
      const { fileName, uncompressedSize } = entry;
      // Folders, and what macOS and editors leave beside files.
      if (fileName.endsWith('/') || /(^|\/)(__MACOSX\/|\.)/.test(fileName)) continue;
      if (++files > maxFiles) throw new RefusedUploadError('too_many_files', `a zip with more than ${maxFiles} files`);
      total += uncompressedSize;
      if (total > maxBytes) throw new RefusedUploadError('upload_too_large', `unpacks to more than ${maxBytes} bytes`);
      const isTooLarge = uncompressedSize > maxFileBytes;
      const bytes = isTooLarge ? null : await buffer(await archive.openReadStreamPromise(entry));
      yield { name: fileName, bytes, unpackedBytes: uncompressedSize };
    }
  } catch (error) {
    if (error instanceof RefusedUploadError) throw error;
    throw new RefusedUploadError('bad_zip', error instanceof Error ? error.message : String(error), { cause: error });
  }
}

const APPLE_FOLDER = 'apple_health_export/';
const APPLE_XML = /^apple_health_export\/[^/]+\.xml$/;

/**
 * Whether it is what a phone's health store exported: the zip of Apple's Health app, by the folder that all of it lies
 * in, or that of Android's Health Connect, by the database. False for what is no zip.
 */
export async function isHealthExport(zip: Buffer): Promise<boolean> {
  try {
    const archive = await fromBufferPromise(zip, { lazyEntries: true, validateEntrySizes: true });
    for await (const { fileName } of archive.eachEntry()) {
      if (APPLE_XML.test(fileName) || DATABASE_PATH.test(fileName)) return true;
      if (!fileName.startsWith(APPLE_FOLDER) && !fileName.endsWith('/')) return false;
    }
    return false;
  } catch (error) {
    // Whoever unpacks it says what is wrong with it.
    if (error instanceof Error) return false;
    throw error;
  }
}
