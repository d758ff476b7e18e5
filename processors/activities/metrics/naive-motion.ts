import { GO_AWAY_SIGMAS, GO_SPEED_SIGMAS, STOP_SPEED_SIGMAS } from './gps-filter.ts';
import { PATIENCE_S } from './motion.ts';
import { channel, isNumber, type NaiveActivity, rulesOf, sum } from './naive-activity.ts';
import { naiveFixes } from './naive-gps.ts';

/** Seconds `from` < s ≤ `to` that were closed together, with their way and whether they were spent moving. */
export interface Close {
  readonly from: number;
  readonly to: number;
  /** In half millimetres, in which counters and sums of speeds are whole. */
  readonly way: number;
  readonly isMoving: boolean;
  readonly isPaused: boolean;
  readonly by: string;
  readonly isPoor: boolean;
}

const ODOMETERS = ['counter', 'gps', 'speed', 'turning'] as const;
type Odometer = (typeof ODOMETERS)[number];

/** What `motion.ts` and `odometers.ts` say, looked up in whole lists again for each second. */
export function naiveCloses(activity: NaiveActivity, paused: readonly boolean[]): Close[] {
  const rules = rulesOf(activity);
  const { fixes } = naiveFixes(activity, paused);
  const of = (name: string) => channel(activity, paused, name);
  const [counter, origin, speed, cadence, power] = ['distance', 'origin', 'speed', 'cadence', 'power'].map(of);
  const [latitude, accuracy] = [of('latitude'), of('horizontal_accuracy')];
  const hasValue: Record<Odometer, boolean[]> = {
    counter: counter.map(isNumber),
    gps: fixes.map((fix) => fix !== undefined),
    speed: speed.map(isNumber),
    turning: cadence.map((value, i) => isNumber(value) || isNumber(power[i])),
  };
  /** Seconds `from` ≤ s ≤ `to` in which the odometer has a value. */
  const valuesIn = (odometer: Odometer, from: number, to: number): number[] =>
    hasValue[odometer].map((has, i) => (has ? i : -1)).filter((i) => i >= Math.max(from, 0) && i <= to);
  const pairs = (list: number[]) => list.slice(1).map((to, i) => [list[i], to] as const);
  const isReset = (closed: number, second: number): boolean => {
    const [last] = valuesIn('counter', closed, second - 1).slice(-1);
    if (last === undefined || counter[second] === undefined) return false;
    const way = counter[second] - counter[last]!;
    return origin[second] !== origin[last] || way < 0 || way > 100 * rules.maxMps * (second - last) + 1_000;
  };
  const since = (odometer: Odometer, closed: number, second: number): number => {
    const known = valuesIn(odometer, closed, second);
    if (odometer === 'gps') return sum(known.slice(1).map((i) => 2_000 * fixes[i]!.wayM));
    if (odometer === 'speed') {
      return sum(pairs(known).map(([a, b]) => (speed[a]! + speed[b]!) * (b - a)));
    }
    if (odometer === 'turning') return 0;
    const resets = known.filter((i) => i > closed && isReset(closed, i));
    return 20 * (counter[second]! - counter[resets.length > 0 ? resets[resets.length - 1] : known[0]]!);
  };

  const closes: Close[] = [];
  let closed = -1;
  let inUse: Odometer | undefined;
  let isMoving = false;
  /** Moves since standing began. */
  let moves: (readonly [number, number])[] = [];
  for (let i = 0; i < activity.seconds.length; i++) {
    const fix = fixes[i];
    let fixMps = fix?.mps ?? 0;
    let farM = 0;
    if (isMoving && latitude[i] !== undefined) moves = [];
    if (fix !== undefined) {
      moves = fix.move === undefined ? [] : [...moves, fix.move];
      const awayM = Math.hypot(sum(moves.map(([north]) => north)), sum(moves.map(([, east]) => east)));
      if (awayM >= GO_AWAY_SIGMAS * fix.sigmaM) farM = awayM;
      const isSure = isMoving
        ? fix.mps >= STOP_SPEED_SIGMAS * fix.sigmaMps
        : fix.mps >= GO_SPEED_SIGMAS * fix.sigmaMps || farM > 0;
      if (!isSure) fixMps = 0;
    }
    if (paused[i]) {
      closes.push({ from: closed, to: i, way: 0, isMoving: false, isPaused: true, by: 'pause', isPoor: false });
      [closed, inUse, isMoving] = [i, undefined, false];
      continue;
    }
    const known = ODOMETERS.filter((one) => hasValue[one][i] && !(one === 'counter' && isReset(closed, i)));
    if (known.length === 0) continue;
    let by = inUse;
    if (by === undefined || !known.includes(by)) {
      const mayTurn = by === undefined || (by === 'counter' && isReset(closed, i)) || i - closed >= PATIENCE_S;
      if (!mayTurn) continue;
      by = known[0];
    }
    const seconds = i - closed;
    const way = since(by, closed, i);
    const isTurning = (cadence[i] ?? 0) > 0 || (power[i] ?? 0) > 0;
    let mps = way / 2_000;
    if (by === 'turning') mps = isTurning ? Infinity : 0;
    else if (seconds > 1) mps = way / 2_000 / seconds;
    else if (speed[i] !== undefined) mps = speed[i]! / 1000;
    else if (by === 'gps') mps = fixMps;
    isMoving = mps >= (isMoving ? rules.stopMps : rules.goMps);
    const isStanding = by === 'gps' && !isMoving;
    const isFar = isStanding && seconds > 1 && farM > 0;
    const counted = isFar ? 2_000 * farM : isStanding ? 0 : way;
    if (isFar || by !== 'gps') moves = [];
    const isPoor = seconds > PATIENCE_S || (by === 'gps' && (accuracy[i] ?? 0) > 200);
    closes.push({
      from: closed,
      to: i,
      way: Math.min(counted, 2_000 * seconds * (by === 'gps' ? rules.maxMps : 150)),
      isMoving,
      isPaused: false,
      by,
      isPoor,
    });
    [closed, inUse] = [i, known[0]];
  }
  return closes;
}

export const sumCm = (closes: readonly Close[]) => Math.round(sum(closes.map(({ way }) => way)) / 20);

/** Whole centimetres from the start to the end of each closed second, and which seconds stand on poor evidence. */
export function naiveWay(closes: readonly Close[]): { cm: number[]; isPoor: boolean[] } {
  const cm: number[] = [];
  const isPoor: boolean[] = [];
  closes.forEach((close, nth) => {
    const before = sumCm(closes.slice(0, nth));
    const after = sumCm(closes.slice(0, nth + 1));
    const seconds = close.to - close.from;
    for (let j = 1; j <= seconds; j++) {
      cm.push(before + Math.floor(((after - before) * j) / seconds));
      isPoor.push(close.isPoor);
    }
  });
  return { cm, isPoor };
}
