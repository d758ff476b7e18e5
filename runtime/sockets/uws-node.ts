import { globSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadUws } from './uws-server.ts';

/** Where set-up puts a newer C library on machines whose own is too old for uWebSockets.js. */
const NEWER_LIBC = fileURLToPath(new URL('../../.engines/newer-libc', import.meta.url));

/** How to start Node so that uWebSockets.js loads in it: `command`, then `args`, then what Node is to run. */
export interface UwsNode {
  readonly command: string;
  readonly args: readonly string[];
}

/** Node as it is, or through the loader of the newer C library; a string says why there is neither. */
export async function findUwsNode(): Promise<UwsNode | string> {
  const loaded = await loadUws().catch((err: Error) => err);
  if (!(loaded instanceof Error)) return { command: process.execPath, args: [] };
  const why = loaded.message.trim().split('\n').at(-1)!;
  const [loader] = globSync(`${NEWER_LIBC}/ld-linux*`);
  if (loader === undefined) return why;
  return { command: loader, args: ['--library-path', dirname(loader), process.execPath] };
}
