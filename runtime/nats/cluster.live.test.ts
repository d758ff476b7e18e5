import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { type NatsCluster, startNatsCluster } from '../../stack/nats-cluster.ts';
import { systemClock } from '../clock.ts';
import { KeyConflictError, type KeyValue, KvUnavailableError } from '../kv/kv.ts';
import { createSilentLog } from '../log.ts';
import { readOptions } from '../options.ts';
import { createReleaseStack } from '../release.ts';
import { LogUnavailableError, type MessageLog } from '../stream/stream.ts';
import { startTestNats } from './nats-for-tests.ts';
import { openPlatform, type Platform, platformOptions } from './platform.ts';
import { copyStream, restoreStream, StreamCopyError } from './stream-copies.ts';

const MIB = 1024 * 1024;
const WAIT_MS = 60_000;
const SHARDS = 4;
/** A few hundred messages a second together, so that everything fits into the streams however long it takes. */
const PAUSE_MS = 10;
const logger = createSilentLog();
const release = createReleaseStack({ log: logger });
const dir = mkdtempSync(join(tmpdir(), 'slip-cluster-'));
let cluster: NatsCluster;
let platform: Platform;

before(async () => {
  cluster = await startNatsCluster({ dir, maxFileBytes: 2048 * MIB });
  const sizes = [`--frames-max-bytes=${256 * MIB}`, `--dead-max-bytes=${16 * MIB}`];
  const argv = [`--nats-urls=${cluster.urls.join(',')}`, '--stream-replicas=3', `--shards=${SHARDS}`, ...sizes];
  platform = await openPlatform(readOptions(platformOptions, { argv, env: {} }), { name: 'test', logger, release });
});

after(async () => {
  await release.release();
  await cluster?.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const untilMs = Date.now() + WAIT_MS;
  while (!(await isTrue())) {
    assert.ok(Date.now() < untilMs, `${what}: not within ${WAIT_MS} ms`);
    await systemClock.sleep(50);
  }
}

/** Publishes one message after the other, each again under its id until it is acknowledged, as ingest does. */
function publishUntil(log: MessageLog, subject: string, name: string, stop: AbortSignal) {
  const acked: string[] = [];
  let longestMs = 0;
  let refusals = 0;
  async function run(): Promise<void> {
    for (let number = 1; !stop.aborted; number++) {
      const msgId = `${name}-${number}`;
      const fromMs = performance.now();
      while (!(await publishOnce(msgId))) await systemClock.sleep(250 + Math.random() * 250);
      longestMs = Math.max(longestMs, performance.now() - fromMs);
      acked.push(msgId);
      await systemClock.sleep(PAUSE_MS);
    }
  }
  async function publishOnce(msgId: string): Promise<boolean> {
    try {
      await log.publish(subject, Buffer.alloc(1_024, msgId), { msgId, headers: {} });
      return true;
    } catch (error) {
      if (!(error instanceof LogUnavailableError)) throw error;
      refusals++;
      return false;
    }
  }
  return { acked, ended: run(), longestMs: () => longestMs, refusals: () => refusals };
}

/** Counts a key up by compare-and-set, as a holder moves its manifest; `confirmed` is the last number known of. */
function countUp(kv: KeyValue, key: string, stop: AbortSignal) {
  let confirmed = 0;
  async function run(): Promise<void> {
    while (!stop.aborted) {
      try {
        const entry = await kv.get(key);
        const now = entry ? Number(Buffer.from(entry.value).toString()) : 0;
        // A write without an answer may be stored, so the count may be one ahead of what is confirmed, never behind.
        assert.ok(now === confirmed || now === confirmed + 1, `${key} is ${now} after ${confirmed}`);
        const next = Buffer.from(String(now + 1));
        if (entry) await kv.update(key, next, entry.revision);
        else await kv.create(key, next);
        confirmed = now + 1;
        await systemClock.sleep(PAUSE_MS);
      } catch (error) {
        // Two writes without an answer may both be stored, the first one late: then the number is read again.
        if (!(error instanceof KvUnavailableError || error instanceof KeyConflictError)) throw error;
        await systemClock.sleep(250);
      }
    }
  }
  return { ended: run(), confirmed: () => confirmed };
}

async function storedIds(log: MessageLog, filter: string): Promise<string[]> {
  const { messages } = await log.info();
  const ids: string[] = [];
  const ending = new AbortController();
  for await (const message of log.readFrom({ subjects: [filter], fromSeq: 1, signal: ending.signal })) {
    ids.push(message.header('Nats-Msg-Id'));
    if (ids.length === messages) break;
  }
  return ids;
}

async function leaderOf(stream: string): Promise<number> {
  const { cluster: copies } = await platform.link.jsm.streams.info(stream);
  return cluster.indexOf(copies?.leader ?? '');
}

/** Every stream has three copies that hold the same. */
async function isWhole(): Promise<boolean> {
  try {
    for await (const { config, cluster: copies } of platform.link.jsm.streams.list()) {
      assert.equal(config.num_replicas, 3, config.name);
      if (!copies?.leader || copies.replicas?.length !== 2) return false;
      if (!copies.replicas.every(({ current, offline }) => current && !offline)) return false;
    }
    return true;
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    return false; // no leader yet; the caller's bound holds
  }
}

test('three servers lose and double nothing when each of them is killed in turn under load', async (t) => {
  const [frames, dead] = [await platform.frames(), await platform.dead()];
  const [checkpoints, leases] = [await platform.checkpoints(), await platform.leases()];
  await until('three copies of everything', isWhole);
  const stop = new AbortController();
  const { names } = platform;
  const publishers = Array.from({ length: SHARDS }, (_, shard) =>
    publishUntil(frames, names.frames(shard), `f${shard}`, stop.signal),
  );
  const deadPublisher = publishUntil(dead, names.dead('malformed', 'watch-1'), 'd', stop.signal);
  const counters = [countUp(checkpoints, 'manifest.0', stop.signal), countUp(leases, 'shard.0', stop.signal)];
  const progress = () => [
    ...[...publishers, deadPublisher].map(({ acked }) => acked.length),
    ...counters.map(({ confirmed }) => confirmed()),
  ];
  async function goesOn(what: string): Promise<void> {
    const before = progress();
    await until(what, () => progress().every((count, i) => count >= before[i] + 20));
  }

  const working = [...publishers, deadPublisher, ...counters].map(({ ended }) => ended);
  // Whatever fails, the load ends with it.
  t.after(() => stop.abort());
  await Promise.race([killEachInTurn(), Promise.all(working)]);
  stop.abort();
  await Promise.all(working);

  async function killEachInTurn(): Promise<void> {
    await goesOn('the load before the first kill');
    const leader = await leaderOf(names.framesStream);
    for (const index of [leader, (leader + 1) % 3, (leader + 2) % 3]) {
      await cluster.kill(index);
      await goesOn(`the load with server ${index} killed`);
      await cluster.start(index);
      await until('three copies again', isWhole);
      await goesOn('the load with all three again');
    }
  }

  const acked = publishers.flatMap((publisher) => publisher.acked).sort();
  assert.deepEqual((await storedIds(frames, names.framesFilter)).sort(), acked);
  assert.deepEqual((await storedIds(dead, names.deadFilter)).sort(), [...deadPublisher.acked].sort());
  for (const [i, kv, key] of [
    [0, checkpoints, 'manifest.0'],
    [1, leases, 'shard.0'],
  ] as const) {
    assert.equal(Number(Buffer.from((await kv.get(key))!.value).toString()), counters[i].confirmed());
  }
  const longestMs = Math.max(...publishers.map((publisher) => publisher.longestMs()));
  t.diagnostic(`${acked.length} messages, the longest wait for one was ${Math.round(longestMs)} ms`);
});

test('a copy of a stream comes back on one server and on three, as it was', async () => {
  const { names, link } = platform;
  const stored = async (jsm: typeof link.jsm) => {
    const { state, config } = await jsm.streams.info(names.framesStream);
    const { messages, bytes, first_seq, last_seq, first_ts, last_ts } = state;
    return { messages, bytes, first_seq, last_seq, first_ts, last_ts, shards: config.metadata?.shards };
  };
  const copy = async (from: typeof link) => {
    const chunks: Uint8Array[] = [];
    const head = await copyStream(from, names.framesStream, async (chunk) => void chunks.push(chunk.slice()));
    return { head, chunks };
  };
  await link.jsm.streams.purge(names.framesStream, { seq: 50 });
  const before = await stored(link.jsm);
  assert.equal(before.first_seq, 50);
  const ofThree = await copy(link);

  const single = await startTestNats();
  release.add('one server', () => single.stop());
  const one = await single.connect();
  await restoreStream(one, ofThree.head, 1, Readable.from(ofThree.chunks));
  assert.deepEqual(await stored(one.jsm), before);
  await assert.rejects(restoreStream(one, ofThree.head, 1, Readable.from(ofThree.chunks)), StreamCopyError);

  const ofOne = await copy(one);
  await link.jsm.streams.delete(names.framesStream);
  await restoreStream(link, ofOne.head, 3, Readable.from(ofOne.chunks));
  assert.deepEqual(await stored(link.jsm), before);
  await until('three copies of what came back', isWhole);
  assert.equal((await storedIds(await platform.frames(), names.framesFilter)).length, before.messages);
});
