/** `npm run convert`: activity files of one format into those of another. */
import { systemClock } from '../../runtime/clock.ts';
import { runMain } from '../../runtime/run-main.ts';
import { StartError } from '../../runtime/service.ts';
import { convertFile } from './convert.ts';
import { convertOptions } from './options.ts';

await runMain(
  'npm run convert --',
  convertOptions,
  async (options) => ({
    name: 'convert',
    async run() {
      if (options.files.length === 0) throw new StartError('no file was named, see --help');
      for (const file of options.files) {
        const written = await convertFile(file, options, systemClock.nowMs()).catch((error: NodeJS.ErrnoException) => {
          throw error.code === undefined ? error : new StartError(error.message, { cause: error });
        });
        for (const target of written) process.stdout.write(`${target}\n`);
      }
    },
    // A file is written in a moment; there is nothing to wait for.
    drain: async () => undefined,
    stop: async () => undefined,
  }),
  { logTo: 'stderr' },
);
