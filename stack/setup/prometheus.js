import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { unpackPackages } from './debian.js';
import { inTemporaryFolder } from './run.js';

/**
 * Prometheus and its `promtool`, which the tests of the alerts run. Debian's package is unpacked, not installed: it
 * would start a daemon on the machine.
 */
export function isPrometheusThere(engines) {
  return existsSync(folderOf(engines));
}

/** Returns why it could not. */
export function fetchPrometheus(engines) {
  return inTemporaryFolder(engines, (folder) => {
    const failure = unpackPackages(folder, {
      what: 'Prometheus for the tests of the alerts',
      packages: ['prometheus'],
    });
    if (failure) return failure;
    const programs = join(folder, 'unpacked', 'usr', 'bin');
    if (!existsSync(join(programs, 'promtool'))) return 'the package has no promtool';
    rmSync(folderOf(engines), { recursive: true, force: true });
    renameSync(programs, folderOf(engines));
    return undefined;
  });
}

function folderOf(engines) {
  return join(engines, 'prometheus');
}
