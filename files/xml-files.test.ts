import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordedActivity } from './activity.ts';
import { type FileOutcome, MAX_FILE_BYTES, readActivityFile } from './read-activity-file.ts';

const limits = { maxBytes: MAX_FILE_BYTES, nowMs: Date.UTC(2026, 0, 1) };
const START_MS = Date.UTC(2025, 5, 1, 8);
const at = (seconds: number) => new Date(START_MS + seconds * 1_000).toISOString();

async function read(text: string | Uint8Array): Promise<readonly RecordedActivity[]> {
  const outcome: FileOutcome = await readActivityFile(Buffer.from(text), limits);
  assert.ok(outcome.kind === 'read', JSON.stringify(outcome));
  return outcome.activities;
}

/** Seconds from the start, and the stored values that are there. */
const rowsOf = ({ samples: { timesMs, columns } }: RecordedActivity) =>
  [...timesMs].map((timeMs, row) => [
    (timeMs - START_MS) / 1_000,
    Object.fromEntries(
      Object.entries(columns).flatMap(([name, { values, missing }]) =>
        missing[row] === 1 ? [] : [[name, values[row]]],
      ),
    ),
  ]);

const TCX = `<?xml version="1.0" encoding="UTF-8"?>
<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>
<Activity Sport="Running"><Id>${at(0)}</Id>
<Lap StartTime="${at(0)}"><TotalTimeSeconds>12.5</TotalTimeSeconds><DistanceMeters>40.1</DistanceMeters>
<MaximumSpeed>4</MaximumSpeed><Calories>7</Calories><AverageHeartRateBpm><Value>120</Value></AverageHeartRateBpm>
<TriggerMethod>Distance</TriggerMethod><Track>
<Trackpoint><Time>${at(0)}</Time><Position><LatitudeDegrees>45.5</LatitudeDegrees>
<LongitudeDegrees>-14.25</LongitudeDegrees></Position>
<AltitudeMeters>753.4</AltitudeMeters><DistanceMeters>0</DistanceMeters><HeartRateBpm><Value>118</Value>
</HeartRateBpm><SensorState>Present</SensorState><Extensions><ns3:TPX xmlns:ns3="x"><ns3:Speed>3.25</ns3:Speed>
<ns3:RunCadence>85</ns3:RunCadence><ns3:Watts>260</ns3:Watts></ns3:TPX></Extensions></Trackpoint>
<Trackpoint><Time>${at(1)}</Time><HeartRateBpm><Value>119</Value></HeartRateBpm></Trackpoint>
</Track><Track><Trackpoint><Time>${at(12)}</Time><Cadence>80</Cadence><Foo>1</Foo></Trackpoint></Track></Lap>
<Lap StartTime="${at(13)}"><TotalTimeSeconds>5</TotalTimeSeconds><Track>
<Trackpoint><Time>${at(13)}</Time><HeartRateBpm><Value>abc</Value></HeartRateBpm><Cadence>81</Cadence></Trackpoint>
</Track></Lap><Creator><Name>Watch</Name><UnitId>42</UnitId></Creator></Activity>
</Activities></TrainingCenterDatabase>`;

test('a TCX file gives its laps, tracks and the extension of Garmin', async () => {
  const [activity, ...others] = await read(TCX);
  assert.deepEqual(others, []);
  assert.deepEqual(rowsOf(activity), [
    [
      0,
      {
        heart_rate: 118,
        latitude: 455_000_000,
        longitude: -142_500_000,
        altitude: 7_534,
        speed: 3_250,
        distance: 0,
        cadence: 850,
        power: 260,
      },
    ],
    [1, { heart_rate: 119 }],
    [12, { cadence: 800 }],
    [13, { cadence: 810 }],
  ]);
  const { samples, ...rest } = activity;
  assert.deepEqual(rest, {
    startMs: START_MS,
    endMs: START_MS + 13_000,
    sessions: [{ startMs: START_MS, endMs: START_MS + 13_000, sport: 'running', subSport: 'generic', totals: {} }],
    laps: [
      {
        startMs: START_MS,
        endMs: START_MS + 12_000,
        trigger: 'distance',
        totals: { timerMs: 12_500, distanceM: 40.1, energyKcal: 7 },
      },
      { startMs: START_MS + 13_000, endMs: START_MS + 13_000, trigger: 'manual', totals: { timerMs: 5_000 } },
    ],
    lengths: [],
    events: [
      { timeMs: START_MS, type: 'start', trigger: 'manual' },
      { timeMs: START_MS + 1_000, type: 'pause', trigger: 'manual' },
      { timeMs: START_MS + 12_000, type: 'resume', trigger: 'manual' },
      // Pressing the lap button a second later was no pause.
      { timeMs: START_MS + 13_000, type: 'stop', trigger: 'manual' },
    ],
    devices: [{ product: 'Watch', serial: '42' }],
    rr: null,
    ignored: { Foo: 1 },
    damage: [{ reason: 'impossible_value', count: 1 }],
  });
});

test('laps of TCX are parted by a pause only where nothing was recorded between them', async () => {
  const lap = (from: number) =>
    `<Lap StartTime="${at(from)}"><Track>${[from, from + 9]
      .map((s) => `<Trackpoint><Time>${at(s)}</Time><Cadence>9</Cadence></Trackpoint>`)
      .join('')}</Track></Lap>`;
  const [{ events }] = await read(
    '<TrainingCenterDatabase><Activities><Activity Sport="Running">' +
      `${lap(0)}${lap(10)}${lap(60)}</Activity></Activities></TrainingCenterDatabase>`,
  );
  assert.deepEqual(
    events.map(({ timeMs, type }) => [(timeMs - START_MS) / 1_000, type]),
    [
      [0, 'start'],
      [19, 'pause'],
      [60, 'resume'],
      [69, 'stop'],
    ],
  );
});

test('a multisport session of TCX is one activity', async () => {
  const leg = (sport: string, from: number) =>
    `<Activity Sport="${sport}"><Lap StartTime="${at(from)}"><Track>` +
    [from, from + 10].map((s) => `<Trackpoint><Time>${at(s)}</Time><Cadence>9</Cadence></Trackpoint>`).join('') +
    '</Track></Lap></Activity>';
  const [activity, ...others] = await read(
    '<TrainingCenterDatabase><Activities><MultiSportSession>' +
      `<FirstSport>${leg('Biking', 0)}</FirstSport><NextSport>${leg('Running', 60)}</NextSport>` +
      '</MultiSportSession></Activities></TrainingCenterDatabase>',
  );
  assert.deepEqual(others, []);
  assert.deepEqual(
    activity.sessions.map(({ sport }) => sport),
    ['cycling', 'running'],
  );
  assert.deepEqual(
    activity.events.map(({ timeMs, type }) => [(timeMs - START_MS) / 1_000, type]),
    [
      [0, 'start'],
      [10, 'pause'],
      [60, 'resume'],
      [70, 'stop'],
    ],
  );
  assert.deepEqual([activity.laps.length, activity.samples.timesMs.length], [2, 4]);
});

const point = (seconds: number, inside = '') =>
  `<trkpt lat="45.5" lon="14"><time>${at(seconds)}</time>${inside}</trkpt>`;
const gpx = (inside: string) => `<gpx version="1.1">${inside}</gpx>`;

test("Garmin's extensions of a GPX point, and power as many programs write it, are channels", async () => {
  const extension = (version: string) =>
    `<extensions><power>210</power><a:TrackPointExtension xmlns:a="${version}"><a:atemp>21.5</a:atemp>` +
    '<a:hr>140</a:hr>' +
    '<a:cad>88</a:cad><a:wtemp>9</a:wtemp></a:TrackPointExtension></extensions>';
  const [activity] = await read(
    gpx(
      `<trk><type>mountain biking</type><trkseg>${point(0, extension('v1'))}${point(1, extension('v2'))}` +
        '</trkseg></trk>',
    ),
  );
  const measured = { heart_rate: 140, cadence: 880, power: 210, ambient_temperature: 2_150 };
  const place = { latitude: 455_000_000, longitude: 140_000_000 };
  assert.deepEqual(rowsOf(activity), [
    [0, { ...place, ...measured }],
    [1, { ...place, ...measured }],
  ]);
  assert.deepEqual(activity.ignored, { wtemp: 2 });
  assert.deepEqual([activity.sessions[0].sport, activity.sessions[0].subSport], ['cycling', 'mountain']);
});

test('GPX 1.0 has its speed in the point, and UTF-16 is XML too', async () => {
  const track = `<trk><trkseg>${point(0, '<speed>2.5</speed>')}</trkseg></trk>`;
  const text = `<?xml version="1.0" encoding="UTF-16"?>${gpx(track)}`;
  const [activity] = await read(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]));
  assert.equal(activity.samples.columns.speed.values[0], 2_500);
});

test('tracks soon after one another are one activity, tracks days apart or at once are several', async () => {
  const track = (from: number, type = 'run') =>
    `<trk><type>${type}</type><trkseg>${point(from)}${point(from + 60)}</trkseg></trk>`;
  const shape = (activities: readonly RecordedActivity[]) =>
    activities.map((activity) => [
      activity.samples.timesMs.length,
      activity.sessions.map(({ sport }) => sport).join(' '),
    ]);
  assert.deepEqual(shape(await read(gpx(track(600) + track(0)))), [[4, 'running']]);
  assert.deepEqual(shape(await read(gpx(track(0) + track(600, 'ride')))), [[4, 'running cycling']]);
  assert.deepEqual(shape(await read(gpx(track(0) + track(200_000)))), [
    [2, 'running'],
    [2, 'running'],
  ]);
  assert.deepEqual(shape(await read(gpx(track(0) + track(30)))), [
    [2, 'running'],
    [2, 'running'],
  ]);
});

test('a table that somebody made is read by the names of its columns', async () => {
  const text = `time,"heart_rate",mood\r\n${at(0)},120,good\r\n${at(1)},,\r\n\r\n${at(2)},"121",3\r\n${at(3)},12`;
  const [activity] = await read(text);
  assert.deepEqual(rowsOf(activity), [
    [0, { heart_rate: 120 }],
    [2, { heart_rate: 121 }],
  ]);
  assert.deepEqual(activity.ignored, { mood: 1 });
  assert.deepEqual(activity.damage, [
    { reason: 'unreadable', count: 1 },
    { reason: 'impossible_value', count: 1 },
    { reason: 'no_session', count: 1 },
  ]);
});
