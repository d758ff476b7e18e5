import { signal } from '@preact/signals';
import { UPLOAD_LIMITS } from '../../schemas/upload-limits.ts';
import { ProblemError } from '../problem-error.ts';
import { session } from '../session.ts';
import { uploadFiles } from './import-api.ts';

/** Files that cannot be read: moved or changed since they were chosen, or folders. */
export class UnreadableFilesError extends Error {
  override name = 'UnreadableFilesError';
}

/**
 * idle: nothing is sent. sending: `share` of the bytes, from 0 to 1, have left. failed: nothing was taken, and `error`
 * says why; until files are sent again. arrived: the API has them all.
 */
export type Upload =
  | { readonly state: 'idle' | 'arrived' }
  | { readonly state: 'sending'; readonly share: number }
  | { readonly state: 'failed'; readonly error: unknown };

/** Goes on while one looks at other places of the application. */
export const upload = signal<Upload>({ state: 'idle' });

/** Grows whenever files have arrived. */
export const uploaded = signal(0);

let sending: AbortController | null = null;

/** One at a time; `key` is that of the choice of files. What comes of it, `upload` tells. */
export async function startUpload(files: readonly File[], key: string): Promise<void> {
  if (sending !== null) return;
  const own = new AbortController();
  sending = own;
  const tell = (next: Upload) => {
    if (sending === own) upload.value = next;
  };
  tell({ state: 'sending', share: 0 });
  addEventListener('beforeunload', askToStay);
  try {
    await assertFit(files);
    const onSent = (share: number) => tell({ state: 'sending', share });
    await uploadFiles(files, { key, signal: own.signal, onSent });
    tell({ state: 'arrived' });
    uploaded.value++;
  } catch (error) {
    tell(own.signal.aborted ? { state: 'idle' } : { state: 'failed', error });
  }
  if (sending !== own) return;
  sending = null;
  removeEventListener('beforeunload', askToStay);
}

/** Nothing of it is taken then. */
export function stopUpload(): void {
  sending?.abort();
}

/** That they have arrived was read. */
export function forgetArrived(): void {
  if (upload.peek().state === 'arrived') upload.value = { state: 'idle' };
}

/** What one person sends is nothing to the next. */
export function followUploads(): void {
  session.subscribe((now) => {
    if (now !== null) return;
    stopUpload();
    upload.value = { state: 'idle' };
  });
}

/** The browser asks in words of its own. */
function askToStay(event: Event): void {
  event.preventDefault();
}

/** Throws as the API would, before much is sent for nothing. */
async function assertFit(files: readonly File[]): Promise<void> {
  const { maxParts, maxPartBytes } = UPLOAD_LIMITS;
  if (files.length > maxParts || files.some(({ size }) => size > maxPartBytes)) {
    throw new ProblemError(413, { type: 'urn:slipstream:problem:upload_too_large' });
  }
  try {
    for (const file of files) await file.slice(0, 1).arrayBuffer();
  } catch (error) {
    throw new UnreadableFilesError('a file cannot be read', { cause: error });
  }
}
