import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Something is missing that set-up cannot fetch; the message says what, and how to mend it. */
export class SetupError extends Error {}

export function say(text) {
  console.log(`setup: ${text}`);
}

/**
 * Runs a program to its end, within `minutes`.
 * Gives `ok`, and what it wrote: of a long output the first and the last 1,000 characters.
 */
export function run(command, args, { minutes = 5, cwd, env = {} } = {}) {
  const result = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout: minutes * 60_000,
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const why = result.error ? `${result.error.message}\n` : '';
  const output = `${why}${result.stdout ?? ''}${result.stderr ?? ''}`.trim();
  return { ok: result.status === 0, output: output.length > 2000 ? shorten(output) : output };
}

function shorten(text) {
  return `${text.slice(0, 1000)}\n…\n${text.slice(-1000)}`;
}

/** The path of a program on PATH, or undefined. */
export function findOnPath(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    if (folder !== '' && isExecutable(path)) return path;
  }
  return undefined;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or not for us: the search goes on
  }
}

/** Makes a folder beside its final place, hands it to `work`, and takes it away. */
export function inTemporaryFolder(parent, work) {
  const folder = mkdtempSync(join(parent, 'fetch-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Points `link` at `target` in one step, so that nobody ever finds it missing. */
export function pointTo(link, target) {
  const fresh = `${link}.${process.pid}`;
  rmSync(fresh, { force: true });
  symlinkSync(target, fresh);
  renameSync(fresh, link);
}
