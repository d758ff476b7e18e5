import { findUwsNode } from './uws-node.ts';
import { loadUws } from './uws-server.ts';
import type { Uws } from './uws-socket.ts';

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
