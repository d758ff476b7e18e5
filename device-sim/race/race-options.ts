import { platformOptions } from '../../runtime/nats/platform.ts';
import { defineOptions } from '../../runtime/options.ts';
import { CHEAT_NAMES, CHEATS } from './cheats.ts';
import { COURSE_SHAPES } from './race-courses.ts';
import { GPS_KINDS } from './race-plan.ts';

const cheatTexts = CHEAT_NAMES.map((cheat) => `${cheat.replaceAll('_', ' ')} (${CHEATS[cheat]})`).join(', ');

/** What `device-sim race` can be told besides what holds for every fleet. */
export const raceOptions = defineOptions({
  raceId: {
    env: 'SLIPSTREAM_SIM_RACE_ID',
    type: 'string',
    optional: true,
    description: 'race: its id, small letters, digits and hyphens; without it one that is new each second.',
  },
  raceName: {
    env: 'SLIPSTREAM_SIM_RACE_NAME',
    type: 'string',
    default: 'Simulated race',
    description: 'race: what it is called.',
  },
  course: {
    env: 'SLIPSTREAM_SIM_COURSE',
    type: 'string',
    optional: true,
    description: 'race: GPX file with the course; without it one is made.',
  },
  laps: {
    env: 'SLIPSTREAM_SIM_LAPS',
    type: 'integer',
    default: 1,
    min: 1,
    max: 200,
    unit: 'count',
    description: 'race: how often the course of the file is run.',
  },
  courseShape: {
    env: 'SLIPSTREAM_SIM_COURSE_SHAPE',
    type: 'choice',
    choices: COURSE_SHAPES,
    default: 'laps',
    description: 'race: the shape of a made course.',
  },
  courseM: {
    env: 'SLIPSTREAM_SIM_COURSE_M',
    type: 'integer',
    default: 5_000,
    min: 500,
    max: 200_000,
    description: 'race: about how long a made course is, over all its laps.',
  },
  waves: {
    env: 'SLIPSTREAM_SIM_WAVES',
    type: 'integer',
    default: 2,
    min: 1,
    max: 100,
    unit: 'count',
    description: 'race: starting waves, each with a gun of its own.',
  },
  waveGapS: {
    env: 'SLIPSTREAM_SIM_WAVE_GAP_S',
    type: 'integer',
    default: 60,
    min: 1,
    max: 3_600,
    unit: 's',
    description: 'race: from one gun to the next.',
  },
  cheats: {
    env: 'SLIPSTREAM_SIM_CHEATS',
    type: 'integer',
    default: 1,
    min: 0,
    max: 1_000,
    unit: 'count',
    description: `race: how many do each of these: ${cheatTexts}.`,
  },
  gps: {
    env: 'SLIPSTREAM_SIM_GPS',
    type: 'choice',
    choices: GPS_KINDS,
    default: 'mixed',
    description:
      'race: noise of the receivers. white: 3 m, without memory; canyon: pulled aside between walls as well; ' +
      'mixed: three in ten of that kind.',
  },
  grade: {
    env: 'SLIPSTREAM_SIM_GRADE',
    type: 'boolean',
    default: true,
    description: 'race: watch the board and say at the end how far from the truth it was.',
  },
  gradeFile: {
    env: 'SLIPSTREAM_SIM_GRADE_FILE',
    type: 'string',
    optional: true,
    description: 'race: where the grade is written as JSON.',
  },
  apiUrl: {
    env: 'SLIPSTREAM_SIM_API_URL',
    type: 'string',
    default: 'http://127.0.0.1:8080',
    description: 'race: where the board is read. run: where a device is paired.',
  },
  natsUrls: { ...platformOptions.natsUrls, description: 'race: NATS, where the race is written before its start.' },
  region: platformOptions.region,
  streamReplicas: platformOptions.streamReplicas,
});
