import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findOnPath, run, say } from './run.js';

/** Where the keys lie that sign the packages of each system. */
const KEYRINGS = {
  debian: '/usr/share/keyrings/debian-archive-keyring.gpg',
  ubuntu: '/usr/share/keyrings/ubuntu-archive-keyring.gpg',
};

/**
 * Unpacks packages into `<folder>/unpacked`, from the machine's own mirror, without installing anything: no daemon
 * starts and no file of the machine changes. apt checks the signatures as always, but works in a folder of its own; it
 * takes no root. `what` is said to whoever waits; `codenames` names another release than the machine's own, by system.
 * Returns why it could not.
 */
export function unpackPackages(folder, { what, packages, codenames = {} }) {
  for (const program of ['apt-get', 'dpkg-deb']) if (!findOnPath(program)) return `there is no ${program}`;
  const own = readRelease();
  const keyring = KEYRINGS[own.ID];
  if (!keyring) return `${own.ID ?? 'this system'} is neither Debian nor Ubuntu`;
  if (!existsSync(keyring)) return `there is no ${keyring}`;
  const mirror = findMirror(own.VERSION_CODENAME);
  if (!mirror) return `apt has no source for ${own.VERSION_CODENAME}`;
  say(`fetching ${what} (apt-get) …`);
  const codename = codenames[own.ID] ?? own.VERSION_CODENAME;
  const components = own.ID === 'ubuntu' ? 'main universe' : 'main';
  const options = `signed-by=${keyring} target=Packages lang=none`;
  const config = writeConfig(folder, `deb [${options}] ${mirror} ${codename} ${components}\n`);
  for (const args of [
    ['update', '-q', '--error-on=any'],
    ['download', '-q', ...packages],
  ]) {
    const result = run('apt-get', ['-c', config, ...args], { cwd: folder });
    if (!result.ok) return lastLine(result.output);
  }
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.deb'))) {
    const unpack = run('dpkg-deb', ['-x', join(folder, file), join(folder, 'unpacked')]);
    if (!unpack.ok) return lastLine(unpack.output);
  }
  return undefined;
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

function lastLine(output) {
  return output.split('\n').at(-1);
}
