import type { Readable } from 'node:stream';
import { PHOTO_LIMITS } from '../../schemas/photo-limits.ts';
import { Problem } from '../problem.ts';

/** An image as it comes, whole in memory. Throws `upload_too_large` as soon as that is known, `refused_upload`. */
export async function readImage(body: Readable, saidBytes: string | undefined): Promise<Uint8Array> {
  const { maxBytes } = PHOTO_LIMITS;
  if (Number(saidBytes) > maxBytes) throw tooLarge();
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of body) {
      bytes += (part as Buffer).length;
      if (bytes > maxBytes) break;
      parts.push(part as Buffer);
    }
  } catch (cause) {
    throw refused('breaks off', cause);
  }
  if (bytes > maxBytes) throw tooLarge();
  if (bytes === 0) throw refused('is empty');
  return Buffer.concat(parts);
}

function tooLarge(): Problem {
  const message = `has more than ${PHOTO_LIMITS.maxBytes} bytes`;
  return new Problem('upload_too_large', { detail: `body: ${message}`, errors: [{ parameter: 'body', message }] });
}

function refused(message: string, cause?: unknown): Problem {
  const errors = [{ parameter: 'body', message }];
  return new Problem('refused_upload', { detail: `body: ${message}`, errors }, { cause });
}
