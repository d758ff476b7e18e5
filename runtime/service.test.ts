import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { createMemoryLog, createSilentLog } from './log.ts';
import { createReleaseStack } from './release.ts';
import { joinServices, type ProcessDeps, runProcess, type Service, StartError } from './service.ts';

/** A service that notes what is asked of it in `seen`. */
function createNotingService(seen: string[], overrides: Partial<Service> = {}): Service {
  const done = Promise.withResolvers<void>();
  return {
    name: 'noting',
    run: () => {
      seen.push('run');
      return done.promise;
    },
    drain: async () => void seen.push('drain'),
    stop: async () => {
      seen.push('stop');
      done.resolve();
    },
    ...overrides,
  };
}

function createHost() {
  const stdin = Object.assign(new EventEmitter(), { resume: () => undefined, pause: () => undefined });
  return Object.assign(new EventEmitter(), { stdin, connected: false });
}

function runWith(service: Service, overrides: Partial<ProcessDeps> = {}, seen: string[] = []) {
  const host = createHost();
  const { log, records } = createMemoryLog();
  const release = createReleaseStack({ log });
  release.add('store', () => void seen.push('close store'));
  const code = runProcess({ log, release, host, drainTimeoutMs: 1_000, create: async () => service, ...overrides });
  return { host, records, code };
}

/** Lets everything that is ready happen. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  test(`the first ${signal} drains, stops, closes what is open and ends with 0`, async () => {
    const seen: string[] = [];
    const { host, code } = runWith(createNotingService(seen), {}, seen);
    await turn();
    host.emit(signal, signal);
    assert.equal(await code, 0);
    assert.deepEqual(seen, ['run', 'drain', 'stop', 'close store']);
    assert.deepEqual(host.eventNames(), []);
  });
}

test('a second signal ends at once with 130, whatever draining does', async () => {
  const seen: string[] = [];
  const drained = Promise.withResolvers<void>();
  const drain = () => drained.promise;
  const { host, code } = runWith(createNotingService(seen, { drain }), { drainTimeoutMs: 60_000 }, seen);
  await turn();
  host.emit('SIGINT', 'SIGINT');
  await turn();
  host.emit('SIGTERM', 'SIGTERM');
  assert.equal(await code, 130);
  assert.deepEqual(seen, ['run']);
  drained.resolve();
});

test('draining that takes too long is cut off, said, and ends with 1 after an orderly stop', async () => {
  const seen: string[] = [];
  const drain = () => new Promise<void>(() => undefined);
  const { host, code, records } = runWith(createNotingService(seen, { drain }), { drainTimeoutMs: 2 }, seen);
  await turn();
  host.emit('SIGTERM', 'SIGTERM');
  assert.equal(await code, 1);
  assert.deepEqual(seen, ['run', 'stop', 'close store']);
  const error = records.find((record) => record.level === 'error');
  assert.match(JSON.stringify(error), /draining took longer than 2 ms/);
});

test('a service whose job is done ends with 0', async () => {
  const seen: string[] = [];
  const { code } = runWith(createNotingService(seen, { run: async () => void seen.push('run') }), {}, seen);
  assert.equal(await code, 0);
  assert.deepEqual(seen, ['run', 'stop', 'close store']);
});

test('a service that fails is logged and ends with 1', async () => {
  const run = () => Promise.reject(new Error('the stream is gone'));
  const { code, records } = runWith(createNotingService([], { run }));
  assert.equal(await code, 1);
  const fatal = records.find((record) => record.level === 'fatal');
  assert.match(JSON.stringify(fatal), /the stream is gone.*service\.test/);
});

test('a start error is one sentence without a stack, and what was opened is closed', async () => {
  const seen: string[] = [];
  const create = () => Promise.reject(new StartError('port 1883 is taken'));
  const { code, records } = runWith(createNotingService([]), { create }, seen);
  assert.equal(await code, 1);
  const fatal = records.find((record) => record.level === 'fatal');
  assert.deepEqual([fatal?.msg, fatal?.err], ['port 1883 is taken', undefined]);
  assert.deepEqual(seen, ['close store']);
});

test('a signal during a slow start aborts it and ends with 0', async () => {
  const seen: string[] = [];
  const create = (signal: AbortSignal) =>
    new Promise<Service>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const { host, code, records } = runWith(createNotingService([]), { create }, seen);
  await turn();
  host.emit('SIGINT', 'SIGINT');
  assert.equal(await code, 0);
  assert.deepEqual(seen, ['close store']);
  assert.deepEqual(
    records.filter((record) => record.level === 'fatal' || record.level === 'error'),
    [],
  );
});

test('an exception nobody caught is logged and ends with 1, without draining', async () => {
  const seen: string[] = [];
  const { host, code, records } = runWith(createNotingService(seen), {}, seen);
  await turn();
  host.emit('uncaughtException', new Error('boom'), 'uncaughtException');
  assert.equal(await code, 1);
  assert.deepEqual(seen, ['run', 'stop', 'close store']);
  assert.match(JSON.stringify(records.find((record) => record.level === 'fatal')), /boom/);
});

test('an exception while draining still ends with 1', async () => {
  const release = Promise.withResolvers<void>();
  const { host, code } = runWith(createNotingService([], { drain: () => release.promise }));
  await turn();
  host.emit('SIGINT', 'SIGINT');
  host.emit('uncaughtException', new Error('boom'), 'unhandledRejection');
  release.resolve();
  assert.equal(await code, 1);
});

test('a child leaves Ctrl-C to its parent and drains when the parent is gone', async () => {
  for (const connected of [true, false]) {
    const seen: string[] = [];
    const child = createHost();
    child.connected = connected;
    const log = createSilentLog();
    const running = runProcess({
      log,
      release: createReleaseStack({ log }),
      host: child,
      drainTimeoutMs: 1_000,
      exitWithParent: true,
      create: async () => createNotingService(seen),
    });
    await turn();
    child.emit('SIGINT', 'SIGINT');
    await turn();
    assert.deepEqual(seen, ['run']);
    if (connected) child.emit('disconnect');
    else child.stdin.emit('end');
    assert.equal(await running, 0);
    assert.deepEqual(seen, ['run', 'drain', 'stop']);
  }
});

test('joined services run, drain and stop together, and one that fails ends them all', async () => {
  const seen: string[] = [];
  const failing = createNotingService([], { run: () => Promise.reject(new Error('sink failed')) });
  const joined = joinServices('sinks', [createNotingService(seen), failing]);
  await assert.rejects(joined.run(), /sink failed/);
  const broken = createNotingService([], { drain: () => Promise.reject(new Error('no')) });
  const other = joinServices('sinks', [broken, createNotingService(seen)]);
  await assert.rejects(other.drain(), /draining sinks failed in 1 parts/);
  await other.stop();
  assert.deepEqual(seen, ['run', 'drain', 'stop']);
});
