import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { unpackPackages } from './debian.js';
import { inTemporaryFolder, run } from './run.js';

/** Debian's release and Ubuntu's whose C library is new enough. */
const NEWER_RELEASE = { debian: 'trixie', ubuntu: 'noble' };
const PACKAGES = ['libc6', 'libstdc++6', 'libgcc-s1'];

/**
 * uWebSockets.js needs a newer C library than, for one, Debian 12 has. Tests can run it there all the same: Node is
 * started through the loader of a newer C library, which lies in `.engines/newer-libc` and which nothing else uses.
 * True where the machine's own is too old and that one is not there. Without glibc (macOS, Alpine) nothing is missing.
 */
export function isNewerLibcMissing(engines, minGlibc) {
  if (existsSync(folderOf(engines))) return false;
  const own = /^glibc (\d+)\.(\d+)/.exec(run('getconf', ['GNU_LIBC_VERSION'], { minutes: 0.5 }).output);
  if (!own) return false;
  const [major, minor] = minGlibc.split('.').map(Number);
  return Number(own[1]) < major || (Number(own[1]) === major && Number(own[2]) < minor);
}

/** Takes it from a package of a newer release. Returns why it could not. */
export function fetchNewerLibc(engines) {
  return inTemporaryFolder(engines, (folder) => {
    const failure = unpackPackages(folder, {
      what: 'a newer C library for the tests of uWebSockets.js',
      packages: PACKAGES,
      codenames: NEWER_RELEASE,
    });
    if (failure) return failure;
    const libraries = join(folder, 'unpacked', 'usr', 'lib');
    const triplet = readdirSync(libraries).find((name) => existsSync(join(libraries, name, 'libc.so.6')));
    if (!triplet) return 'the package has no libc.so.6';
    rmSync(folderOf(engines), { recursive: true, force: true });
    renameSync(join(libraries, triplet), folderOf(engines));
    return undefined;
  });
}

function folderOf(engines) {
  return join(engines, 'newer-libc');
}
