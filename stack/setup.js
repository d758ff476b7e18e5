/**
 * Fetches what is missing before `npm start`, `npm test` and `npm run bench`: npm packages, and engines into
 * `.engines/`. Plain JavaScript for the machine's own Node, with nothing but Node's library: it runs before
 * node_modules is there. Prints nothing when nothing is missing; one message, and exit code 1, when something is that
 * it cannot fetch. `--with-test-tools` also fetches what only tests use, foreign clients for one.
 *
 * NATS_URL and QUESTDB_URL in the environment mean: that engine runs elsewhere, do not fetch it.
 */
import { existsSync, mkdirSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './setup/lock.js';
import { fetchNatsServer, isNatsServerThere } from './setup/nats-server.js';
import { checkJava, fetchQuestDb, isQuestDbThere } from './setup/questdb.js';
import { run, SetupError, say } from './setup/run.js';
import { fetchTestTools, missingTestTools } from './setup/test-tools.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ENGINES = join(ROOT, '.engines');
const NPM_MINUTES = 10;

const versions = JSON.parse(readFileSync(new URL('versions.json', import.meta.url), 'utf8'));

function checkNode() {
  if (Number(process.versions.node.split('.')[0]) >= versions.minNode) return;
  throw new SetupError(
    `Node ${versions.minNode} or newer is needed, this is ${process.versions.node}: install it first`,
  );
}

function checkDisk() {
  const { bavail, bsize } = statfsSync(ROOT);
  const freeBytes = bavail * bsize;
  if (freeBytes >= versions.minFreeDiskBytes) return;
  const mb = (bytes) => `${Math.floor(bytes / 1e6)} MB`;
  throw new SetupError(
    `${ROOT} has ${mb(freeBytes)} of disk left, and ${mb(versions.minFreeDiskBytes)} are needed: ` +
      'an engine whose disk is full stops for good. Free some space, or move the checkout.',
  );
}

/** npm writes node_modules/.package-lock.json last, so it is missing or old after an install that did not end. */
function arePackagesThere() {
  const installed = join(ROOT, 'node_modules', '.package-lock.json');
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(ROOT, 'package-lock.json')).mtimeMs;
}

/** What is missing, in the order of fetching. */
function findMissing(withTestTools) {
  const missing = [];
  if (!arePackagesThere()) missing.push(installPackages);
  if (!process.env.NATS_URL && !isNatsServerThere(ENGINES, versions.natsServer)) {
    missing.push(() => fetchNatsServer(ENGINES, versions.natsServer));
  }
  if (!process.env.QUESTDB_URL && !isQuestDbThere(ENGINES, versions.questdb)) {
    missing.push(() => fetchQuestDb(ENGINES, versions.questdb));
  }
  if (withTestTools && missingTestTools(ENGINES, versions).length > 0) {
    missing.push(() => fetchTestTools(ENGINES, versions));
  }
  return missing;
}

/**
 * A registry that does not carry the optional packages of other platforms leaves them out of the lock, and `npm ci`
 * then takes the lock for one that does not match. `npm install --no-save` takes the locked versions all the same.
 */
function installPackages() {
  say('installing npm packages …');
  const options = { cwd: ROOT, minutes: NPM_MINUTES };
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  const clean = run('npm', ['ci', ...quiet], options);
  if (clean.ok) return;
  const isLockPartial = clean.output.includes('EUSAGE') && clean.output.includes('from lock file');
  const plain = isLockPartial ? run('npm', ['install', '--no-save', ...quiet], options) : clean;
  if (plain.ok) return;
  throw new SetupError(`the npm packages could not be installed. npm said:\n${plain.output}`);
}

function main() {
  const withTestTools = process.argv.includes('--with-test-tools');
  checkNode();
  checkDisk();
  if (!process.env.QUESTDB_URL) checkJava(versions.questdb.minJava);
  if (findMissing(withTestTools).length === 0) return;
  mkdirSync(ENGINES, { recursive: true });
  withLock(join(ENGINES, 'setup.lock'), () => {
    // Looked at again under the lock: another set-up may have fetched it while this one waited.
    for (const fetch of findMissing(withTestTools)) fetch();
  });
}

try {
  main();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`setup: ${error.message}`);
  process.exitCode = 1;
}
