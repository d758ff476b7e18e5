import { EVENTS_SOURCE, RR_SOURCE } from '../schemas/channels.ts';
import { type EventType, eventCode, sportCode } from '../schemas/events.ts';
import { type Activity, type Draft, toStored } from './activity.ts';
import { createAthlete, type Moment, type Sport } from './athlete.ts';
import type { Random } from './random.ts';

export interface WorkoutPlan {
  readonly sport: Sport;
  readonly startMs: number;
  readonly durationMs: number;
  /** One sample a second, so also the seconds between two frames of a source. */
  readonly samplesPerFrame: number;
}

type Reading = Record<string, (moment: Moment) => number>;

const gps: Reading = {
  latitude: (moment) => moment.latitude,
  longitude: (moment) => moment.longitude,
  altitude: (moment) => moment.altitudeM,
  horizontal_accuracy: (moment) => moment.accuracyM,
  speed: (moment) => moment.speedMps,
  distance: (moment) => moment.distanceM,
};
const body: Reading = {
  respiration_rate: (moment) => moment.respirationRpm,
  skin_temperature: (moment) => moment.skinC,
  spo2: (moment) => moment.spo2Percent,
};
const own: Reading = {
  ambient_temperature: (moment) => moment.ambientC,
  battery: (moment) => moment.batteryPercent,
};

/** What each sensor of a device reads, and every how many seconds. */
const SENSORS: Record<Sport, Record<string, { everyS: number; reading: Reading }>> = {
  run: {
    gps: { everyS: 1, reading: gps },
    hr: { everyS: 1, reading: { heart_rate: (moment) => moment.heartRateBpm } },
    foot: {
      everyS: 1,
      reading: {
        cadence: (moment) => moment.cadenceRpm,
        steps: (moment) => moment.steps,
        power: (moment) => moment.powerW,
      },
    },
    body: { everyS: 5, reading: body },
    watch: { everyS: 30, reading: own },
  },
  ride: {
    gps: { everyS: 1, reading: gps },
    hr: { everyS: 1, reading: { heart_rate: (moment) => moment.heartRateBpm } },
    power: { everyS: 1, reading: { power: (moment) => moment.powerW, cadence: (moment) => moment.cadenceRpm } },
    body: { everyS: 5, reading: body },
    computer: { everyS: 30, reading: own },
  },
};

/** A chance in this many that the sensor lost a sample, which then travels as a gap in the validity bitmap. */
const ONE_LOST_IN = 200;

/** The athlete presses the lap button this often. */
const LAP_S = 300;

/** A synthetic workout: every `samplesPerFrame` seconds each sensor hands over what it has gathered. */
export function* createWorkout(random: Random, plan: WorkoutPlan): Activity {
  const { sport, startMs, durationMs, samplesPerFrame } = plan;
  const nextSecond = createAthlete(random, sport);
  const sensors = Object.entries(SENSORS[sport]).map(([source, sensor]) => ({ ...sensor, ...emptySeries(source) }));
  const rr = emptySeries(RR_SOURCE);
  const events = emptySeries(EVENTS_SOURCE);
  const note = (type: EventType, timeMs: number) => {
    events.timesMs.push(timeMs);
    add(events.columns, 'event', eventCode(type));
    add(events.columns, 'sport', type === 'start' ? sportCode(sport) : null);
  };
  note('start', startMs);
  const seconds = Math.floor(durationMs / 1_000);
  for (let second = 0; second < seconds; second++) {
    const moment = nextSecond();
    const timeMs = startMs + second * 1_000;
    for (const sensor of sensors) {
      if (second % sensor.everyS !== 0) continue;
      sensor.timesMs.push(timeMs);
      const isLost = random.integer(1, ONE_LOST_IN) === 1;
      const names = Object.keys(sensor.reading);
      for (const name of names) {
        const lost = isLost && name === names[0];
        add(sensor.columns, name, lost ? null : toStored(name, sensor.reading[name](moment)));
      }
    }
    for (const beat of moment.beats) {
      rr.timesMs.push(timeMs + Math.floor(beat.afterMs));
      add(rr.columns, 'rr', Math.round(beat.intervalMs * 10));
    }
    if (second > 0 && second % LAP_S === 0) note('lap', timeMs);
    if (second + 1 === seconds) note('stop', timeMs + 999);
    if ((second + 1) % samplesPerFrame !== 0 && second + 1 < seconds) continue;
    for (const series of [events, ...sensors, rr]) {
      if (series.timesMs.length > 0) yield take(series);
    }
  }
}

interface Series {
  source: string;
  timesMs: number[];
  columns: Record<string, (number | null)[]>;
}

const emptySeries = (source: string): Series => ({ source, timesMs: [], columns: {} });

function add(columns: Series['columns'], name: string, value: number | null): void {
  columns[name] ??= [];
  columns[name].push(value);
}

/** A column that is nothing but gaps is left out, except that a frame has at least one. */
function take(series: Series): Draft {
  const { source, timesMs } = series;
  const measured = Object.entries(series.columns).filter(([, values]) => values.some((value) => value !== null));
  const columns = measured.length > 0 ? Object.fromEntries(measured) : series.columns;
  series.timesMs = [];
  series.columns = {};
  return { source, timesMs, columns };
}
