/** `npm run config`: what operators tell the processes of a running deployment. */
import { readFile } from 'node:fs/promises';
import { SettingsChangedError } from '../../runtime/athlete-settings.ts';
import { systemClock } from '../../runtime/clock.ts';
import { KeyConflictError, KvUnavailableError } from '../../runtime/kv/kv.ts';
import { createLog } from '../../runtime/log.ts';
import { NatsConnectionError } from '../../runtime/nats/connection.ts';
import { openPlatform, platformOptions } from '../../runtime/nats/platform.ts';
import { describeOptions } from '../../runtime/option-text.ts';
import { OptionError, readOptions } from '../../runtime/options.ts';
import { createReleaseStack } from '../../runtime/release.ts';
import { EXIT } from '../../runtime/service.ts';
import { runConfigCommand } from './config-command.ts';
import { configCommandOptions } from './options.ts';

const EXAMPLES = `
Who comes first when room gets scarce (docs/back-pressure.md). It counts within a second, in every process:

  npm run config -- priority watch-1 race --hours 8
  npm run config -- priority ann race --athlete
  npm run config -- priority scale-7 background
  npm run config -- priority watch-1 --clear
  npm run config -- priority

What is known of an athlete (docs/athlete-settings.md). It counts within two seconds, for activities that begin then:

  npm run -s config -- athlete ann > ann.json
  npm run config -- athlete ann --file ann.json
  npm run config -- athlete ann --clear
  npm run config -- athlete

`;

const FOR_PEOPLE = [OptionError, NatsConnectionError, KvUnavailableError, KeyConflictError, SettingsChangedError];

const argv = process.argv.slice(2);
const log = createLog({ name: 'config', level: 'error', to: 'stderr' });
const release = createReleaseStack({ log });

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (err) {
    throw new OptionError(`--file ${path} cannot be read: ${(err as Error).message}`);
  }
}

async function main(): Promise<number> {
  if (argv.includes('--help')) {
    const [usage, ...rest] = describeOptions(configCommandOptions, { command: 'npm run config --' }).split('\n');
    process.stdout.write(`${usage}\n${EXAMPLES}${rest.slice(1).join('\n')}`);
    return EXIT.done;
  }
  const options = readOptions(configCommandOptions, { argv, env: process.env });
  const openConfig = async () => {
    const platform = { ...readOptions(platformOptions, { argv: [], env: process.env }), ...options };
    return (await openPlatform(platform, { name: 'config', logger: log, release })).config();
  };
  process.stdout.write(`${await runConfigCommand({ options, clock: systemClock, openConfig, readFile: readText })}\n`);
  return EXIT.done;
}

try {
  process.exitCode = await main();
} catch (err) {
  const isForPeople = FOR_PEOPLE.some((kind) => err instanceof kind);
  if (!isForPeople) throw err;
  process.stderr.write(`config: ${(err as Error).message}\n`);
  process.exitCode = err instanceof OptionError ? EXIT.wrongOptions : EXIT.failed;
} finally {
  await release.release();
}
