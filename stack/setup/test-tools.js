import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchNewerLibc, isNewerLibcMissing } from './newer-libc.js';
import { fetchPrometheus, isPrometheusThere } from './prometheus.js';
import { findOnPath, run, say } from './run.js';

/** Programs of Debian's packages that tests run: the name of the program, and of the package that brings it. */
const DEBIAN_TOOLS = [
  ['mosquitto_pub', 'mosquitto-clients'],
  ['docker-compose', 'docker-compose'],
  ['chromium', 'chromium'],
];

/**
 * What only tests use: clients of our servers (Debian's mosquitto-clients; paho-mqtt and clickhouse-connect in a Python
 * environment of their own), Compose, which checks docker-compose.yml, Chromium,
 * which looks at the page, Prometheus, which runs the alerts, and a C
 * library that uWebSockets.js loads with. They are wanted, not needed: tests that lack theirs say so.
 */
export function missingTestTools(engines, { pyclients, uwsMinGlibc }) {
  const missing = [];
  for (const [program, name] of DEBIAN_TOOLS) if (!findOnPath(program)) missing.push(name);
  if (!hasPyclients(engines, pyclients)) missing.push('pyclients');
  if (isNewerLibcMissing(engines, uwsMinGlibc)) missing.push('newer-libc');
  if (!isPrometheusThere(engines)) missing.push('prometheus');
  return missing;
}

/** Fetches what it can, and says in one line what it could not. */
export function fetchTestTools(engines, pinned) {
  const missing = missingTestTools(engines, pinned);
  const fromDebian = missing.filter((name) => DEBIAN_TOOLS.some(([, tool]) => tool === name));
  if (fromDebian.length > 0) report(`Debian's ${fromDebian.join(' and ')}`, fetchFromDebian(fromDebian));
  if (missing.includes('pyclients')) report('the Python clients', fetchPyclients(engines, pinned.pyclients));
  if (missing.includes('newer-libc')) report('a C library for uWebSockets.js', fetchNewerLibc(engines));
  if (missing.includes('prometheus')) report("Debian's prometheus", fetchPrometheus(engines));
}

function report(what, failure) {
  if (failure) say(`${what} could not be installed (${failure}): tests that use them will not pass`);
}

function fetchFromDebian(names) {
  say(`installing ${names.join(', ')} (apt-get) …`);
  return aptInstall(...names);
}

function fetchPyclients(engines, pyclients) {
  const python = findOnPath('python3');
  if (!python) return 'there is no python3';
  say(`installing ${pyclients.join(', ')} (pip) …`);
  const folder = venvFolder(engines);
  const fresh = `${folder}.new`;
  rmSync(folder, { recursive: true, force: true });
  // Made under its final name, for a virtual environment cannot be moved; the marker is written last.
  if (!run(python, ['-m', 'venv', folder]).ok) {
    const failure = aptInstall('python3-venv');
    if (failure) return failure;
    const venv = run(python, ['-m', 'venv', '--clear', folder]);
    if (!venv.ok) return lastLine(venv.output);
  }
  const pip = run(join(folder, 'bin', 'python'), [
    ...['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '--only-binary=:all:'],
    ...pyclients,
  ]);
  if (!pip.ok) return lastLine(pip.output);
  writeFileSync(fresh, pyclients.join('\n'));
  renameSync(fresh, markerFile(engines));
  return undefined;
}

function aptInstall(...names) {
  if (!findOnPath('apt-get')) return 'there is no apt-get';
  if (process.getuid?.() !== 0) return `it takes root: apt-get install ${names.join(' ')}`;
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const update = run('apt-get', ['update', '-q'], { env });
  if (!update.ok) return lastLine(update.output);
  const install = run('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...names], { env });
  return install.ok ? undefined : lastLine(install.output);
}

function hasPyclients(engines, pyclients) {
  const marker = markerFile(engines);
  return existsSync(marker) && readFileSync(marker, 'utf8') === pyclients.join('\n');
}

function venvFolder(engines) {
  return join(engines, 'pyclients');
}

function markerFile(engines) {
  return join(venvFolder(engines), 'installed.txt');
}

function lastLine(output) {
  return output.split('\n').at(-1);
}
