import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { isDeepStrictEqual, promisify } from 'node:util';
import { connectAsync, type MqttClient } from 'mqtt';
import { makeRaceCourse } from '../device-sim/race/race-courses.ts';
import { createRandom } from '../device-sim/random.ts';
import { topics } from '../schemas/names.ts';
import type { PublicBoard } from '../schemas/public-board.ts';
import { gpxOf, startOrganisedRaces, untilEqual } from './organised-race.ts';

const GUN_MS = Math.floor(Date.now() / 1_000) * 1_000 - 900_000;
const BOUND_MS = 60_000;
const CSV = 'bib,name,sex,chip\n1,Ольга Їжакевич,f,c1\n2,Ben Kos,m,c2\n3,Eva Hribar,f,c3\n';
const STATED = {
  ...{ name: 'Valley mile', sport: 'run', closesMs: GUN_MS + 3 * 3_600_000 },
  checkpoints: [
    { id: 'start', name: 'Start', isStart: true },
    { id: 'finish', name: 'Finish', isFinish: true },
  ],
  waves: [{ id: 'all', name: 'All', gunTimeMs: GUN_MS, categories: ['open'] }],
  categories: [{ id: 'open', name: 'Open', sex: null, minAge: null, maxAge: null }],
};

let world: Awaited<ReturnType<typeof startOrganisedRaces>>;
let tokens: { club: string; rival: string; mat: string; phone: string };

before(async () => {
  world = await startOrganisedRaces();
  tokens = {
    club: await world.tokenFor('organiser', 'club'),
    rival: await world.tokenFor('feed', 'rival'),
    mat: await world.tokenFor('feed', 'club'),
    phone: await world.tokenFor('device', 'phone'),
  };
  await makeRace('valley', 'live');
  await makeRace('secret', 'draft');
});

after(() => world?.stop());

async function makeRace(id: string, state: string): Promise<void> {
  const body = { id, name: 'Valley mile', sport: 'run' };
  const made = await world.ask(tokens.club, '/v1/races', { method: 'POST', body });
  let etag = made.headers.get('etag') ?? '';
  const put = async (part: string, body: object | string, type: string) => {
    const headers = { 'if-match': etag, 'content-type': type };
    const answer = await world.ask(tokens.club, `/v1/races/${id}${part}`, { method: 'PUT', body, headers });
    assert.ok(answer.status < 300, JSON.stringify(answer.body));
    etag = answer.headers.get('etag') ?? '';
  };
  await put(
    '/course',
    gpxOf(makeRaceCourse(createRandom('topics', 'course'), 'point-to-point', 1_700)),
    'application/gpx+xml',
  );
  await put('', { ...STATED, state: 'draft' }, 'application/json');
  await put('/starters', CSV, 'text/csv');
  await put('', { ...STATED, state }, 'application/json');
}

/** What everybody reads over HTTP, whatever the moment. */
async function board(): Promise<object> {
  const { status, body } = await world.ask(null, '/v1/races/valley/board');
  return status === 200 ? stableOf(body) : { status };
}
function stableOf({ atMs: _, ...stable }: PublicBoard): Omit<PublicBoard, 'atMs'> {
  return stable;
}
const ranksOf = ({ rows }: Pick<PublicBoard, 'rows'>) => rows.map(({ bib, rank, gunMs }) => [bib, rank, gunMs]);

/** Debian's mosquitto_sub, as somebody with a shell would use it: the first message of a topic. */
async function mosquittoSub(version: 4 | 5, username: string, token: string, topic: string): Promise<string> {
  const { port } = new URL(world.mqttUrl);
  const who = ['-h', '127.0.0.1', '-p', port, '-V', version === 5 ? 'mqttv5' : 'mqttv311', '-u', username, '-P', token];
  const what = ['-C', '1', '-W', '60', '-F', '%r %p', '-t', topic];
  return (await promisify(execFile)('mosquitto_sub', [...who, ...what], { timeout: BOUND_MS })).stdout.trim();
}

/** It says nothing of the acknowledgement, but ends well only after it. */
async function mosquittoPub(version: 4 | 5, token: string, topic: string, body: string): Promise<void> {
  const { port } = new URL(world.mqttUrl);
  const who = ['-h', '127.0.0.1', '-p', port, '-V', version === 5 ? 'mqttv5' : 'mqttv311', '-u', 'mat', '-P', token];
  await promisify(execFile)('mosquitto_pub', [...who, '-q', '1', '-t', topic, '-m', body], { timeout: BOUND_MS });
}

function connectMqtt(version: 4 | 5, username: string, token: string): Promise<MqttClient> {
  const own = { protocolVersion: version, username, password: token, reconnectPeriod: 0, connectTimeout: BOUND_MS };
  return connectAsync(world.mqttUrl, { ...own, clientId: `${username}-${version}` });
}

for (const version of [4, 5] as const) {
  const name = version === 5 ? 'MQTT 5' : 'MQTT 3.1.1';

  test(`${name}: mosquitto_sub has the board at once, the same that HTTP has`, { timeout: BOUND_MS }, async () => {
    await untilEqual(3, async () => ((await board()) as PublicBoard).total);
    await untilEqual(true, async () => {
      const heard = await mosquittoSub(version, 'phone', tokens.phone, topics.raceBoard('valley'));
      assert.equal(heard.slice(0, 2), '1 ', 'the retain flag');
      return isDeepStrictEqual(stableOf(JSON.parse(heard.slice(2))), await board());
    });
  });

  test(`${name}: MQTT.js hears of what changes, whatever its token's role`, { timeout: BOUND_MS }, async () => {
    const bib = String(version - 3);
    const heard: PublicBoard[] = [];
    const client = await connectMqtt(version, 'anybody', tokens.club);
    client.on('message', (_, payload) => heard.push(JSON.parse(payload.toString())));
    const granted = await client.subscribeAsync(topics.raceBoard('valley'));
    assert.deepEqual(
      granted.map(({ qos }) => qos),
      [0],
    );
    const read = { bib, checkpoint: 'finish', source: 'chip', timeMs: GUN_MS + 400_000 + version };
    const asked = { method: 'POST', body: { reads: [read] } } as const;
    assert.equal((await world.ask(tokens.mat, '/v1/races/valley/reads', asked)).body.stored, 1);
    await untilEqual(400_000 + version, async () => heard.at(-1)?.rows.find((row) => row.bib === bib)?.gunMs);
    assert.deepEqual(ranksOf(heard.at(-1)!), ranksOf((await board()) as PublicBoard));
    await client.endAsync();
  });

  test(`${name}: nobody hears of a draft, of every race, or of what is not there`, { timeout: BOUND_MS }, async () => {
    const client = await connectMqtt(version, 'phone', tokens.phone);
    const refused = version === 5 ? 0x87 : 0x80;
    for (const topic of ['secret', '+', 'nothing'].map(topics.raceBoard)) {
      const codes = await client.subscribeAsync(topic).then(
        (granted) => granted.map(({ qos }) => Number(qos)),
        (error) => error.packet.granted,
      );
      assert.deepEqual(codes, [refused], topic);
    }
    await client.endAsync();
    const stranger = connectMqtt(version, 'phone', 'no token');
    await assert.rejects(stranger);
  });
}

for (const version of [4, 5] as const) {
  const name = version === 5 ? 'MQTT 5' : 'MQTT 3.1.1';
  const finish = { checkpoint: 'finish', source: 'mat' } as const;

  test(`${name}: mosquitto_pub brings reads of a mat to the board`, { timeout: BOUND_MS }, async () => {
    const timeMs = GUN_MS + 350_000 + version;
    const bib = String(version - 3);
    const body = JSON.stringify({ reads: [{ ...finish, chip: `c${bib}`, timeMs }] });
    await mosquittoPub(version, tokens.mat, topics.raceReads('valley'), body);
    await untilEqual(350_000 + version, async () => {
      return ((await board()) as PublicBoard).rows.find((row) => row.bib === bib)?.gunMs;
    });
  });

  test(`${name}: reads are acknowledged once they are stored, and refused ones are not`, {
    timeout: BOUND_MS,
  }, async () => {
    const publish = async (token: string, body: object | string, race = 'valley') => {
      const client = await connectMqtt(version, 'mat', token);
      // The client itself keeps the reason string of what went well to itself.
      let told: string | undefined;
      client.on('packetreceive', (packet) => {
        if (packet.cmd === 'puback') told = packet.properties?.reasonString;
      });
      const closed = new Promise<string>((resolve) => client.once('close', () => resolve('closed')));
      const payload = typeof body === 'string' ? body : JSON.stringify(body);
      const sent = client.publishAsync(topics.raceReads(race), payload, { qos: 1 }).then(
        () => told ?? 'stored',
        (error) => error.code ?? error.message,
      );
      const outcome = await Promise.race([sent, closed]);
      await client.endAsync(true);
      return outcome;
    };
    const reads = [{ ...finish, chip: 'c1', timeMs: GUN_MS + 350_004 }];
    const refused = (code: number) => (version === 5 ? code : 'closed');
    assert.equal(await publish(tokens.mat, { reads }), 'stored');
    assert.equal(await publish(tokens.club, { reads }), 'stored');
    const someOfNobody = { reads: [...reads, { ...reads[0], chip: 'lost' }] };
    assert.equal(await publish(tokens.mat, someOfNobody), version === 5 ? 'reads_left_out' : 'stored');
    assert.equal(await publish(tokens.mat, { reads: 'none' }), refused(0x99));
    assert.equal(await publish(tokens.mat, '{'), refused(0x99));
    assert.equal(await publish(tokens.mat, { reads }, 'secret'), refused(0x90));
    assert.equal(await publish(tokens.mat, { reads }, 'nothing'), refused(0x90));
    assert.equal(await publish(tokens.rival, { reads }), refused(0x87));
  });
}

test('a new holder of the board goes on with the topic', { timeout: BOUND_MS }, async () => {
  const heard: PublicBoard[] = [];
  const client = await connectMqtt(5, 'phone', tokens.phone);
  client.on('message', (_, payload) => heard.push(JSON.parse(payload.toString())));
  await client.subscribeAsync(topics.raceBoard('valley'));
  await world.replaceHolder();
  const read = { bib: '3', checkpoint: 'finish', source: 'chip', timeMs: GUN_MS + 390_000 };
  const asked = { method: 'POST', body: { reads: [read] } } as const;
  assert.equal((await world.ask(tokens.mat, '/v1/races/valley/reads', asked)).body.stored, 1);
  await untilEqual(['3', 3, 390_000], async () => ranksOf(heard.at(-1)!)[2]);
  await client.endAsync();
});
