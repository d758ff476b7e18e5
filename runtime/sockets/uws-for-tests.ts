import { globSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadUws } from './uws-server.ts';
import type { Uws } from './uws-socket.ts';

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

/**
 * Gives the library. Where it does not load in this process, the process starts over with `file` under the newer C
 * library, keeping its id, its environment and what it is connected to, so that the results of the tests are its own.
 * A string says why there is no library; a test that is skipped passes it on.
 */
export async function loadUwsOrRestart(file: string): Promise<Uws | string> {
  const loaded = await loadUws().catch((err: Error) => err);
  if (!(loaded instanceof Error)) return loaded;
  const node = await findUwsNode();
  if (typeof node === 'string') return node;
  // Under that loader already: another one would fail in the same way, for ever.
  if (process.execPath === node.command) throw loaded;
  if (process.execve === undefined) return 'this system cannot replace a process';
  return process.execve(node.command, [node.command, ...node.args, ...process.execArgv, file], process.env);
}
