import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { isFit } from '../../files/fit/fit-messages.ts';
import { isGzip } from '../../files/gzip.ts';
import type { RefusedFileReason } from '../../files/reasons.ts';
import { xmlRoot } from '../../files/xml/xml-reader.ts';
import type { UploadLimits } from '../../schemas/upload-limits.ts';
import { RefusedUploadError } from './refused-upload.ts';
import { isHealthExport, unzip } from './unzip.ts';

/** An activity file as its bytes are, or why it is none. */
export type UploadedFile = {
  readonly name: string;
  readonly unpackedBytes: number;
} & (
  | { readonly bytes: Uint8Array; readonly refused: null }
  | { readonly bytes: null; readonly refused: RefusedFileReason; readonly detail: string }
);

const gunzipWithin = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(gunzip);

/**
 * The activity files in what was uploaded, one after another: what each is, its bytes say and not its name. A file that
 * is none is told with the reason; throws RefusedUploadError for what is refused as a whole.
 */
export async function* uploadedFiles(
  parts: AsyncIterable<{ readonly name: string; readonly bytes: Buffer }>,
  limits: UploadLimits,
): AsyncGenerator<UploadedFile> {
  let [files, total] = [0, 0];
  const counted = (file: UploadedFile): UploadedFile => {
    total += file.unpackedBytes;
    if (++files > limits.maxFiles) throw new RefusedUploadError('too_many_files', `more than ${limits.maxFiles} files`);
    if (total > limits.maxBytes) {
      throw new RefusedUploadError('upload_too_large', `unpacks to more than ${limits.maxBytes} bytes`);
    }
    return file;
  };
  for await (const { name, bytes } of parts) {
    if (!isZip(bytes)) {
      yield counted(await readKind(name, bytes, limits));
      continue;
    }
    if (await isHealthExport(bytes)) {
      // It unpacks to gigabytes, so it stays packed until the importer reads it, entry by entry.
      const own = { name: shownName(name), unpackedBytes: bytes.length };
      yield counted(
        bytes.length > limits.maxFileBytes ? { ...own, ...tooLarge(limits) } : { ...own, bytes, refused: null },
      );
      continue;
    }
    for await (const inner of unzip(bytes, limits)) {
      const { unpackedBytes } = inner;
      yield counted(
        inner.bytes === null
          ? { name: shownName(inner.name), unpackedBytes, ...tooLarge(limits) }
          : await readKind(inner.name, inner.bytes, limits),
      );
    }
  }
  if (files === 0) throw new RefusedUploadError('no_files', 'there is no file in it');
}

const tooLarge = ({ maxFileBytes }: UploadLimits) =>
  ({ bytes: null, refused: 'file_too_large', detail: `more than ${maxFileBytes} bytes` }) as const;

async function readKind(fileName: string, packed: Buffer, limits: UploadLimits): Promise<UploadedFile> {
  const name = shownName(fileName);
  const refuse = (refused: RefusedFileReason, detail: string): UploadedFile => {
    return { name, unpackedBytes: packed.length, bytes: null, refused, detail };
  };
  let bytes: Uint8Array = packed;
  if (isGzip(packed)) {
    try {
      bytes = await gunzipWithin(packed, { maxOutputLength: limits.maxFileBytes });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ERR_BUFFER_TOO_LARGE') return { name, unpackedBytes: packed.length, ...tooLarge(limits) };
      return refuse('bad_gzip', message);
    }
  }
  if (bytes.length > limits.maxFileBytes) return { name, unpackedBytes: bytes.length, ...tooLarge(limits) };
  const isOne = isFit(bytes) || ['gpx', 'TrainingCenterDatabase'].includes(xmlRoot(bytes) ?? '');
  return isOne ? { name, unpackedBytes: bytes.length, bytes, refused: null } : refuse('unknown_format', '');
}

/** Local file header, or the end of an empty archive (APPNOTE.TXT, 4.3). */
function isZip(bytes: Uint8Array): boolean {
  const magic = String.fromCharCode(...bytes.subarray(0, 4));
  return magic === 'PK\u0003\u0004' || magic === 'PK\u0005\u0006';
}

const MAX_NAME_CHARACTERS = 200;

/** What is shown of a file's name: no folders, no signs that cannot be shown. */
export function shownName(name: string): string {
  const last = name.split(/[/\\]/).at(-1)!;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is left out.
  const plain = last.toWellFormed().replace(/[\u0000-\u001f\u007f]/g, '');
  return [...plain].slice(0, MAX_NAME_CHARACTERS).join('') || 'unnamed';
}
