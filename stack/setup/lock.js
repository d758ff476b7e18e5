import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { SetupError, say } from './run.js';

const MAX_WAIT_MINUTES = 15;
const POLL_MS = 200;

/**
 * Runs `work` while no other set-up of this checkout does. The lock is a file that holds its owner's pid; it comes into
 * being complete, by a link, and one whose owner is dead is taken away.
 */
export function withLock(file, work) {
  take(file);
  try {
    return work();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(file) {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    const untilMs = Date.now() + MAX_WAIT_MINUTES * 60_000;
    let hasSaid = false;
    while (!tryLink(own, file)) {
      const owner = readOwner(file);
      if (owner === undefined) continue; // let go in this moment
      if (!isAlive(owner)) {
        removeStale(file, owner);
        continue;
      }
      if (!hasSaid) say(`another set-up (pid ${owner}) is at work, waiting for it …`);
      hasSaid = true;
      if (Date.now() > untilMs) {
        throw new SetupError(
          `another set-up (pid ${owner}) has been at work for ${MAX_WAIT_MINUTES} minutes. ` +
            `End it and delete ${file}, then try again.`,
        );
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS);
    }
  } finally {
    rmSync(own, { force: true });
  }
}

function tryLink(own, file) {
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function readOwner(file) {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Moved aside first: of two that find the same dead owner, one moves it and the other finds nothing to move. */
function removeStale(file, owner) {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  // A third one may have taken the lock between the look and the move: it gets it back.
  if (readOwner(aside) !== owner) tryLink(aside, file);
  rmSync(aside, { force: true });
}
