/** `npm run token`: makes a token and prints it alone on standard output, or revokes tokens. */
import { systemClock } from '../../runtime/clock.ts';
import { KvUnavailableError } from '../../runtime/kv/kv.ts';
import { createLog } from '../../runtime/log.ts';
import { NatsConnectionError } from '../../runtime/nats/connection.ts';
import { openPlatform, platformOptions } from '../../runtime/nats/platform.ts';
import { describeOptions } from '../../runtime/option-text.ts';
import { OptionError, readOptions } from '../../runtime/options.ts';
import { createReleaseStack } from '../../runtime/release.ts';
import { EXIT, StartError } from '../../runtime/service.ts';
import { TokenKeyError } from '../../runtime/token-keys.ts';
import { tokenCommandOptions } from './options.ts';
import { runTokenCommand } from './token-command.ts';

const EXAMPLES = `
Prints the token alone on standard output, and what to know about it on standard error:

  mosquitto_pub -u watch-1 -P "$(npm run -s token -- watch-1)" …
  curl -H "authorization: Bearer $(npm run -s token -- ann --operator)" http://127.0.0.1:8080/v1/ledger
  npm run token -- watch-1 --revoke

`;

const argv = process.argv.slice(2);
const log = createLog({ name: 'token', level: 'error', to: 'stderr' });
const release = createReleaseStack({ log });

async function main(): Promise<number> {
  if (argv.includes('--help')) {
    const [usage, ...rest] = describeOptions(tokenCommandOptions, { command: 'npm run token --' }).split('\n');
    process.stdout.write(`${usage}\n${EXAMPLES}${rest.slice(1).join('\n')}`);
    return EXIT.done;
  }
  const options = readOptions(tokenCommandOptions, { argv, env: process.env });
  const openRevocations = async () => {
    const platform = { ...readOptions(platformOptions, { argv: [], env: process.env }), ...options };
    return (await openPlatform(platform, { name: 'token', logger: log, release })).revocations();
  };
  const { out, err } = await runTokenCommand({ options, clock: systemClock, openRevocations });
  process.stderr.write(`${err}\n`);
  if (out !== '') process.stdout.write(`${out}\n`);
  return EXIT.done;
}

try {
  process.exitCode = await main();
} catch (err) {
  const isForPeople = [OptionError, StartError, TokenKeyError, NatsConnectionError, KvUnavailableError].some(
    (kind) => err instanceof kind,
  );
  if (!isForPeople) throw err;
  process.stderr.write(`token: ${(err as Error).message}\n`);
  process.exitCode = err instanceof OptionError ? EXIT.wrongOptions : EXIT.failed;
} finally {
  await release.release();
}
