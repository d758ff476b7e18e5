import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { describeOptions, envExample } from './option-text.ts';
import { defineOptions, OptionError, type Options, readOptions } from './options.ts';

const table = defineOptions({
  httpPort: { type: 'integer', default: 8080, min: 0, max: 65_535, description: 'Port of the HTTP server.' },
  flushMs: { type: 'number', default: 0.5, min: 0, unit: 'ms', description: 'Longest wait before a flush.' },
  natsUrl: { type: 'string', default: 'nats://127.0.0.1:4222', description: 'Where NATS is.' },
  open: { type: 'boolean', description: 'Accept devices without a token.' },
  colour: { type: 'boolean', default: true, env: 'COLOUR', description: 'Colour the log.' },
  store: { type: 'choice', choices: ['file', 'memory'], default: 'file', description: 'Where samples go.' },
  sinks: { type: 'list', choices: ['questdb', 'clickhouse'], description: 'Which sinks run here.' },
  apiKey: { type: 'string', secret: true, optional: true, description: 'Key of the operator.' },
});

const defaults: Options<typeof table> = {
  httpPort: 8080,
  flushMs: 0.5,
  natsUrl: 'nats://127.0.0.1:4222',
  open: false,
  colour: true,
  store: 'file',
  sinks: [],
  apiKey: undefined,
};

test('nothing given gives every default', () => {
  assert.deepEqual(readOptions(table, { argv: [], env: {} }), defaults);
});

test('argv beats the environment, which beats the default', () => {
  const env = { SLIPSTREAM_HTTP_PORT: '1', SLIPSTREAM_FLUSH_MS: '7', COLOUR: 'false', SLIPSTREAM_SINKS: 'questdb' };
  assert.deepEqual(readOptions(table, { argv: ['--http-port', '2'], env }), {
    ...defaults,
    httpPort: 2,
    flushMs: 7,
    colour: false,
    sinks: ['questdb'],
  });
});

test('flags take their value after a space or an equals sign, booleans take none', () => {
  const argv = [
    '--http-port=9',
    '--open',
    '--no-colour',
    '--store',
    'memory',
    '--sinks',
    'questdb',
    '--sinks=clickhouse',
  ];
  assert.deepEqual(readOptions(table, { argv, env: {} }), {
    ...defaults,
    httpPort: 9,
    open: true,
    colour: false,
    store: 'memory',
    sinks: ['questdb', 'clickhouse'],
  });
});

test('the types follow from the table', () => {
  const options = readOptions(table, { argv: [], env: {} });
  const store: 'file' | 'memory' = options.store;
  const sinks: readonly ('questdb' | 'clickhouse')[] = options.sinks;
  const key: string | undefined = options.apiKey;
  // @ts-expect-error a port is a number
  const port: string = options.httpPort;
  assert.deepEqual([store, sinks, key, port], ['file', [], undefined, 8080]);
});

test('a variable set to nothing counts as not set', () => {
  assert.deepEqual(readOptions(table, { argv: [], env: { SLIPSTREAM_HTTP_PORT: '', SLIPSTREAM_STORE: '' } }), defaults);
});

const wrong: [string, string[], Record<string, string>, string][] = [
  ['an unknown flag', ['--httpport', '1'], {}, 'unknown option --httpport (did you mean --http-port?), see --help'],
  ['a stray word', ['hello'], {}, 'unexpected "hello": options start with --, see --help'],
  ['no value', ['--http-port'], {}, '--http-port needs a value: expected an integer from 0 to 65535'],
  ['a flag as value', ['--http-port', '--open'], {}, '--http-port needs a value: expected an integer from 0 to 65535'],
  ['a word for a number', ['--http-port', 'x'], {}, '--http-port: got "x", expected an integer from 0 to 65535'],
  ['a number out of bounds', ['--http-port=-1'], {}, '--http-port: got "-1", expected an integer from 0 to 65535'],
  ['a fraction', ['--http-port=1.5'], {}, '--http-port: got "1.5", expected an integer from 0 to 65535'],
  ['no number at all', ['--flush-ms='], {}, '--flush-ms: got "", expected a number of at least 0 (ms)'],
  ['an unknown choice', ['--store=tape'], {}, '--store: got "tape", expected one of file, memory'],
  [
    'an unknown list member',
    ['--sinks=questdb,tape'],
    {},
    '--sinks: got "questdb,tape", expected a comma-separated list of questdb, clickhouse',
  ],
  ['a wrong variable', [], { SLIPSTREAM_OPEN: 'yes' }, 'SLIPSTREAM_OPEN: got "yes", expected true or false'],
  ['a negated number', ['--no-http-port'], {}, 'unknown option --no-http-port, see --help'],
];
for (const [what, argv, env, message] of wrong) {
  test(`${what} stops with a message that names the option`, () => {
    assert.throws(() => readOptions(table, { argv, env }), new OptionError(message));
  });
}

test('a secret is never part of a message', () => {
  const secret = defineOptions({ pin: { type: 'integer', secret: true, description: 'The PIN.' } });
  assert.throws(
    () => readOptions(secret, { argv: ['--pin=12x4'], env: {} }),
    new OptionError('--pin: got a value that is not shown, expected an integer'),
  );
});

test('an option without a default is required unless it says otherwise', () => {
  const required = defineOptions({ url: { type: 'string', description: 'Where it is.' } });
  assert.throws(
    () => readOptions(required, { argv: [], env: {} }),
    new OptionError('--url or SLIPSTREAM_URL is required: Where it is. (expected a text)'),
  );
});

test('positional options are read in order, a list takes the rest', () => {
  const token = defineOptions({
    device: { type: 'string', positional: true, description: 'Device id.' },
    files: { type: 'list', positional: true, description: 'Files.' },
    days: { type: 'integer', default: 1, description: 'Life of the token.' },
  });
  const argv = ['watch-1', 'a.fit', '--days', '3', 'Run, late.fit'];
  const files = ['a.fit', 'Run, late.fit'];
  assert.deepEqual(readOptions(token, { argv, env: {} }), { device: 'watch-1', files, days: 3 });
  assert.throws(() => readOptions(token, { argv: [], env: {} }), /<device> is required/);
});

test('a table that contradicts itself cannot be declared', () => {
  assert.throws(() => defineOptions({ a: { type: 'integer', default: 5, max: 4, description: '' } }), /got "5"/);
  assert.throws(
    () =>
      defineOptions({
        a: { type: 'string', env: 'X', description: '' },
        b: { type: 'string', env: 'X', description: '' },
      }),
    /option b: another option reads X too/,
  );
  assert.throws(() => defineOptions({ 'not-camel': { type: 'string', description: '' } }), /camelCase/);
});

test('every integer within its bounds survives the way through argv and environment', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 65_535 }), (port) => {
      assert.equal(readOptions(table, { argv: [`--http-port=${port}`], env: {} }).httpPort, port);
      assert.equal(readOptions(table, { argv: [], env: { SLIPSTREAM_HTTP_PORT: `${port}` } }).httpPort, port);
    }),
  );
});

test('the help aligns flags with what they do, their unit, default and variable', () => {
  assert.equal(
    describeOptions(table, { command: 'ingest' }),
    `Usage: ingest [options]

  --http-port <integer>  Port of the HTTP server. [0 to 65535; default 8080; SLIPSTREAM_HTTP_PORT]
  --flush-ms <ms>        Longest wait before a flush. [at least 0; ms; default 0.5; SLIPSTREAM_FLUSH_MS]
  --nats-url <text>      Where NATS is. [default nats://127.0.0.1:4222; SLIPSTREAM_NATS_URL]
  --open                 Accept devices without a token. [default false; SLIPSTREAM_OPEN]
  --[no-]colour          Colour the log. [default true; COLOUR]
  --store <file|memory>  Where samples go. [file, memory; default file; SLIPSTREAM_STORE]
  --sinks <a,b,…>        Which sinks run here. [questdb, clickhouse; SLIPSTREAM_SINKS]
  --api-key <text>       Key of the operator. [secret; SLIPSTREAM_API_KEY]
  --help                 Show this text.
`,
  );
});

test('the example of an environment file has each variable once, with its default', () => {
  const small = defineOptions({
    httpPort: { type: 'integer', default: 8080, description: 'Port of the HTTP server.' },
    apiKey: { type: 'string', secret: true, optional: true, description: 'Key of the operator.' },
  });
  const text = envExample({ ingest: small, api: small });
  assert.deepEqual(text.split('\n').slice(2), [
    '',
    '# ---- ingest ----',
    '',
    '# Port of the HTTP server. [default 8080]',
    '#SLIPSTREAM_HTTP_PORT=8080',
    '',
    '# Key of the operator. [secret]',
    '#SLIPSTREAM_API_KEY=',
    '',
  ]);
});

test('one variable with two defaults is refused', () => {
  const one = defineOptions({ port: { type: 'integer', default: 1, description: '' } });
  const two = defineOptions({ port: { type: 'integer', default: 2, description: '' } });
  assert.throws(() => envExample({ one, two }), /SLIPSTREAM_PORT has one default in one and another in two/);
});
