import { gunzipSync } from 'node:zlib';
import { RefusedFileError } from './reasons.ts';

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Unpacks up to `maxBytes`: a few kilobytes can say that they are gigabytes. Throws RefusedFileError. */
export function unpackGzip(bytes: Uint8Array, maxBytes: number): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw new RefusedFileError('file_too_large', `more than ${maxBytes} bytes`);
    if (code?.startsWith('Z_')) throw new RefusedFileError('bad_gzip', message);
    throw error;
  }
}
