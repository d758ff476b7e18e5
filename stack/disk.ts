import { mkdirSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from './engine-error.ts';

/** What the other engines need to start and to write for a while. */
const SPARE_BYTES = 1e9;

/**
 * Throws EngineError unless the streams in `dir` may grow to `maxBytes` and leave some room. A stream that meets a full
 * disk gives no error, only time-outs, and stays stuck until its server starts again; so its own limit has to come
 * first.
 */
export function assertRoomForStreams(dir: string, maxBytes: number, option: string): void {
  mkdirSync(dir, { recursive: true });
  const { bavail, bsize } = statfsSync(dir);
  const freeBytes = bavail * bsize;
  const neededBytes = Math.max(0, maxBytes - bytesOf(dir)) + SPARE_BYTES;
  if (freeBytes >= neededBytes) return;
  throw new EngineError(
    `${dir} has ${gigabytes(freeBytes)} of disk left, and ${gigabytes(neededBytes)} are needed: the streams may grow ` +
      `to ${gigabytes(maxBytes)}, and a stream whose disk is full stays stuck. Free some space, use another data ` +
      `folder, or let the streams take less with ${option}.`,
  );
}

/** What a server needs to write before it can go on. */
const ROOM_BYTES = 64e6;

/** Whether a server that met a full disk in `dir` can go on now. */
export function hasRoom(dir: string): boolean {
  const { bavail, bsize } = statfsSync(dir);
  return bavail * bsize >= ROOM_BYTES;
}

function bytesOf(dir: string): number {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
