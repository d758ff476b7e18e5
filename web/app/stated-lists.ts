import type { Sport } from '../../schemas/events.ts';
import { inUnit, plain } from '../progress/say.ts';
import { readIn, UNIT_SYSTEMS, units } from '../units.ts';
import { labelIn, paceOf, speedText } from './measures.ts';
import { tell } from './tell.ts';

/** Lists of a profile whose rows hold from a day on. */
export type StatedList = 'body' | 'heart' | 'thresholds';
export type StatedValue = number | readonly number[];

/** A value of a row: how it is called, written, shown in a form and read from one. */
export interface StatedField {
  readonly name: string;
  readonly label: (sport: Sport) => string;
  readonly hint?: (sport: Sport) => string;
  /** As a sentence has it. */
  readonly text: (value: StatedValue, sport: Sport) => string;
  readonly read: (text: string, sport: Sport) => StatedValue;
  readonly isText?: (sport: Sport) => boolean;
  /** A limit of the API as who reads it counts. */
  readonly limitText?: (limit: number) => string;
}

const bpm = (name: string, phrase: 'restingHeartRate' | 'maxHeartRate' | 'thresholdHeartRate'): StatedField => ({
  ...{ name, label: () => tell(phrase), read: Number },
  text: (value) => `${tell(phrase)} ${tell('beats', { n: Number(value) })}`,
});
const power = (name: string, phrase: 'ftp' | 'criticalPower' | 'wPrime', unit: 'watts' | 'joules'): StatedField => ({
  ...{ name, label: () => tell(phrase), read: Number },
  // `FTP, W` without its unit, which the value has.
  text: (value) => `${tell(phrase).split(',')[0]} ${tell(unit, { n: Number(value) })}`,
});

/** Ten grams, and a millimetre of a height in centimetres. */
const [WEIGHT_STEP_KG, HEIGHT_STEP_CM] = [0.01, 0.1];
const centimetres = ({ size }: { size: number }) => ({ name: '', size: size * 100 });

/** `4:30` as seconds; NaN, which the API refuses, for what is none. */
export function secondsOf(text: string): number {
  const [, minutes, seconds] = /^\s*(\d{1,3}):([0-5]\d)\s*$/.exec(text) ?? [];
  return minutes === undefined ? Number.NaN : Number(minutes) * 60 + Number(seconds);
}

const speed: StatedField = {
  name: 'thresholdSpeedMps',
  label(sport) {
    const pace = paceOf(sport);
    if (pace === null) return labelIn('thresholdSpeed', UNIT_SYSTEMS[units.value].fast);
    return tell('thresholdPace', { unit: tell(pace.phrase, { value: '' }).trim() });
  },
  hint: (sport) => (paceOf(sport) === null ? '' : tell('paceHow')),
  text: (value, sport) => `${tell('atThreshold')} ${speedText(sport, Number(value))}`,
  read(text, sport) {
    const pace = paceOf(sport);
    const mps = pace === null ? readIn(UNIT_SYSTEMS[units.value].fast, text, 0.001) : pace.metres / secondsOf(text);
    return Math.round(1_000 * (mps ?? Number.NaN)) / 1_000;
  },
  isText: (sport) => paceOf(sport) !== null,
  limitText: (mps) => inUnit('fast', mps, 1),
};

export const STATED_LISTS: Readonly<Record<StatedList, readonly StatedField[]>> = {
  body: [
    {
      name: 'weightKg',
      label: () => labelIn('weightIn', UNIT_SYSTEMS[units.value].heavy),
      text: (value) => `${tell('weight')} ${weightText(Number(value))}`,
      read: (text) => readIn(UNIT_SYSTEMS[units.value].heavy, text, WEIGHT_STEP_KG) ?? Number.NaN,
      limitText: (kg) => inUnit('heavy', kg, 0),
    },
    {
      name: 'heightCm',
      label: () => labelIn('heightIn', UNIT_SYSTEMS[units.value].tall),
      text: (value) => `${tell('height')} ${inUnit('tall', Number(value) / 100, 1)}`,
      read: (text) => readIn(centimetres(UNIT_SYSTEMS[units.value].tall), text, HEIGHT_STEP_CM) ?? Number.NaN,
      limitText: (cm) => inUnit('tall', cm / 100, 0),
    },
    bpm('restingHeartRateBpm', 'restingHeartRate'),
  ],
  heart: [
    bpm('maxHeartRateBpm', 'maxHeartRate'),
    bpm('thresholdHeartRateBpm', 'thresholdHeartRate'),
    {
      name: 'heartRateZonesBpm',
      label: () => tell('heartRateZones'),
      hint: () => tell('heartRateZonesHow'),
      text: (value) => `${tell('heartRateZones')} ${(value as readonly number[]).map((one) => plain(one)).join(', ')}`,
      read: (text) =>
        text
          .trim()
          .split(/[\s,;]+/)
          .map(Number),
      isText: () => true,
    },
  ],
  thresholds: [
    power('ftpW', 'ftp', 'watts'),
    speed,
    power('criticalPowerW', 'criticalPower', 'watts'),
    power('wPrimeJ', 'wPrime', 'joules'),
  ],
};

export const weightText = (kg: number) => inUnit('heavy', kg, 1);

/** A suggested or stated value of one of these, with its name apart. */
export function thresholdText(name: 'ftpW' | 'thresholdSpeedMps' | 'maxHeartRateBpm', value: number, sport: Sport) {
  if (name === 'ftpW') return tell('watts', { n: Math.round(value) });
  return name === 'maxHeartRateBpm' ? tell('beats', { n: Math.round(value) }) : speedText(sport, value);
}
