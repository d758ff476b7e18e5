/** `npm run config`: what operators tell the processes of a running deployment. */
import { readFile } from 'node:fs/promises';
import { SettingsChangedError } from '../../runtime/athlete-settings.ts';
import { systemClock } from '../../runtime/clock.ts';
import { KeyConflictError, KvUnavailableError } from '../../runtime/kv/kv.ts';
import { createLog } from '../../runtime/log.ts';
import { NatsConnectionError } from '../../runtime/nats/connection.ts';
import { openPlatform, type Platform, platformOptions } from '../../runtime/nats/platform.ts';
import { describeOptions } from '../../runtime/option-text.ts';
import { OptionError, readOptions } from '../../runtime/options.ts';
import { createReleaseStack } from '../../runtime/release.ts';
import { EXIT } from '../../runtime/service.ts';
import { LogFullError, LogUnavailableError } from '../../runtime/stream/stream.ts';
import { shardOf } from '../../schemas/identity.ts';
import { BATCH_HEADERS } from '../../schemas/names.ts';
import { encodeRecomputeAsk, type RecomputeAsk } from '../../schemas/recompute-ask.ts';
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

A source that does not count for a while; activities of that time are computed again, and again when it is taken back:

  npm run config -- exclude ann watch-1/gps --from 2026-01-31T08:00:00Z --until 2026-01-31T09:00:00Z
  npm run config -- exclude ann watch-1/gps --from 2026-01-31T08:00:00Z --until 2026-01-31T09:00:00Z --clear
  npm run config -- exclude ann

That activities which began in a span were wet, or dry: no sensor tells, and gear wears by it; counted again at once:

  npm run config -- wet ann --from 2026-01-31T08:00:00Z --until 2026-01-31T09:00:00Z
  npm run config -- wet ann --from 2026-01-31T08:00:00Z --until 2026-01-31T09:00:00Z --dry
  npm run config -- wet ann --from 2026-01-31T08:00:00Z --until 2026-01-31T09:00:00Z --clear
  npm run config -- wet ann

`;

const FOR_PEOPLE = [
  OptionError,
  NatsConnectionError,
  KvUnavailableError,
  KeyConflictError,
  SettingsChangedError,
  LogFullError,
  LogUnavailableError,
];

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
  const platformValues = { ...readOptions(platformOptions, { argv: [], env: process.env }), ...options };
  let opened: Promise<Platform> | undefined;
  const open = () => {
    opened ??= openPlatform(platformValues, { name: 'config', logger: log, release });
    return opened;
  };
  const openConfig = async () => (await open()).config();
  async function askRecompute(ask: RecomputeAsk): Promise<void> {
    const { names, frames } = await open();
    const subject = names.frames(shardOf(ask.athlete, platformValues.shards));
    const msgId = `tick.ask.${ask.athlete}.${ask.settingsVersion}`;
    await (await frames()).publish(subject, encodeRecomputeAsk(ask), {
      msgId,
      headers: { [BATCH_HEADERS.kind]: 'tick' },
    });
  }
  const deps = { options, clock: systemClock, openConfig, readFile: readText, askRecompute };
  process.stdout.write(`${await runConfigCommand(deps)}\n`);
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
