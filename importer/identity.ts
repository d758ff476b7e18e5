import { createHash } from 'node:crypto';
import { DEVICE_PATTERN } from '../schemas/identity.ts';

/**
 * Grows whenever the readers would read other samples from the same file. Same keys have the same values for ever, so
 * what is read anew is a new boot of the same source.
 */
export const READER_VERSION = 3;

/** What names the samples of one activity of a file, the same at every import. */
export interface ImportIdentity {
  readonly device: string;
  readonly boot: string;
  readonly source: string;
}

const SOURCE_DIGITS = 16;

/** All files of an athlete come from one device. A name that is no device's is told apart by its hash. */
export function importDevice(athlete: string): string {
  const device = `files-${athlete}`;
  return DEVICE_PATTERN.test(device) ? device : `files-${sha256(athlete).slice(0, 32)}`;
}

/** `fileHash` is the SHA-256 of the file's bytes in hex; a file that holds several activities has a boot for each. */
export function identityOf(athlete: string, fileHash: string, activity: number): ImportIdentity {
  const boot = sha256(`${READER_VERSION}/${activity}/${fileHash}`).slice(0, 16);
  return { device: importDevice(athlete), boot, source: `file:${fileHash.slice(0, SOURCE_DIGITS)}` };
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
