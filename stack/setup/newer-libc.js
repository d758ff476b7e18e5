import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findOnPath, inTemporaryFolder, run, say } from './run.js';

/** Debian's releases and Ubuntu's whose C library is new enough, and the keys that sign them. */
const NEWER_RELEASE = {
  debian: { codename: 'trixie', keyring: '/usr/share/keyrings/debian-archive-keyring.gpg' },
  ubuntu: { codename: 'noble', keyring: '/usr/share/keyrings/ubuntu-archive-keyring.gpg' },
};
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

/**
 * Fetches it from the machine's own mirror, as a package of a newer release. apt checks the signatures as always, but
 * works in a folder of its own, so that the machine's packages, lists and sources stay as they are; it takes no root.
 * Returns why it could not.
 */
export function fetchNewerLibc(engines) {
  for (const program of ['apt-get', 'dpkg-deb']) if (!findOnPath(program)) return `there is no ${program}`;
  const own = readRelease();
  const release = NEWER_RELEASE[own.ID];
  if (!release) return `${own.ID ?? 'this system'} is neither Debian nor Ubuntu`;
  if (!existsSync(release.keyring)) return `there is no ${release.keyring}`;
  const mirror = findMirror(own.VERSION_CODENAME);
  if (!mirror) return `apt has no source for ${own.VERSION_CODENAME}`;
  say(`fetching the C library of ${release.codename} for the tests of uWebSockets.js (apt-get) …`);
  return inTemporaryFolder(engines, (folder) => {
    const config = writeConfig(folder, `deb [${optionsOf(release)}] ${mirror} ${release.codename} main\n`);
    for (const args of [
      ['update', '-q', '--error-on=any'],
      ['download', '-q', ...PACKAGES],
    ]) {
      const result = run('apt-get', ['-c', config, ...args], { cwd: folder });
      if (!result.ok) return lastLine(result.output);
    }
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.deb'))) {
      const unpack = run('dpkg-deb', ['-x', join(folder, file), join(folder, 'unpacked')]);
      if (!unpack.ok) return lastLine(unpack.output);
    }
    const libraries = join(folder, 'unpacked', 'usr', 'lib');
    const triplet = readdirSync(libraries).find((name) => existsSync(join(libraries, name, 'libc.so.6')));
    if (!triplet) return 'the package has no libc.so.6';
    rmSync(folderOf(engines), { recursive: true, force: true });
    renameSync(join(libraries, triplet), folderOf(engines));
    return undefined;
  });
}

/** /etc/os-release as an object. */
function readRelease() {
  const file = '/etc/os-release';
  const lines = existsSync(file) ? readFileSync(file, 'utf8').matchAll(/^(\w+)="?(.*?)"?$/gm) : [];
  return Object.fromEntries([...lines].map(([, name, value]) => [name, value]));
}

/** Where the machine itself takes the packages of its release from. */
function findMirror(codename) {
  const columns = '$(RELEASE) $(COMPONENT) $(REPO_URI)';
  const { ok, output } = run('apt-get', ['indextargets', '--format', columns, 'Created-By: Packages']);
  if (!ok) return undefined;
  const lines = output.split('\n').map((line) => line.split(' '));
  return lines.find(([release, component]) => release === codename && component === 'main')?.[2];
}

function optionsOf({ keyring }) {
  return `signed-by=${keyring} target=Packages lang=none`;
}

/** Read after the machine's own settings, whose proxies and credentials stay, and whose hooks do not run. */
function writeConfig(folder, source) {
  const apt = join(folder, 'apt');
  for (const name of ['lists/partial', 'archives/partial']) mkdirSync(join(apt, name), { recursive: true });
  writeFileSync(join(apt, 'status'), '');
  writeFileSync(join(apt, 'sources.list'), source);
  const settings = {
    'Dir::Etc::SourceList': join(apt, 'sources.list'),
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State': apt,
    'Dir::State::Lists': join(apt, 'lists'),
    'Dir::State::Status': join(apt, 'status'),
    'Dir::Cache': apt,
    // Root's download would else be done by a user who may not enter this folder.
    'APT::Sandbox::User': 'root',
  };
  const hooks = ['APT::Update::Pre-Invoke', 'APT::Update::Post-Invoke', 'APT::Update::Post-Invoke-Success'];
  const lines = [
    ...hooks.map((name) => `#clear ${name};`),
    ...Object.entries(settings).map(([name, value]) => `${name} "${value}";`),
  ];
  const config = join(apt, 'apt.conf');
  writeFileSync(config, `${lines.join('\n')}\n`);
  return config;
}

function folderOf(engines) {
  return join(engines, 'newer-libc');
}

function lastLine(output) {
  return output.split('\n').at(-1);
}
