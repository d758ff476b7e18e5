import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOptions } from '../runtime/options.ts';
import { StartError } from '../runtime/service.ts';
import { devicesOf } from './fleet-command.ts';
import { simOptions } from './sim-options.ts';

test('a recording that is not there is told with its name', async () => {
  const options = readOptions(simOptions, { argv: ['run', '--fit=nowhere/run.fit'], env: {} });
  await assert.rejects(devicesOf(options, { anchorMs: 0, speed: 0 }), (error) => {
    assert.ok(error instanceof StartError);
    assert.match(error.message, /^--fit nowhere\/run\.fit cannot be read: ENOENT/);
    return true;
  });
});
