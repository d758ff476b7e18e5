import { duration } from '../format.ts';
import { written } from '../progress/say.ts';
import { paceOf, speedText } from './measures.ts';
import { tell } from './tell.ts';
import type { Workout } from './workout-api.ts';

type Numbers = Pick<Workout, 'sport' | 'durationS' | 'distanceM' | 'climbM' | 'averageHeartRateBpm' | 'energyKcal'>;

/** The numbers that are known, each with its name. */
export function numbersOf(workout: Numbers): [string, string][] {
  const { sport, durationS, distanceM, climbM, averageHeartRateBpm, energyKcal } = workout;
  const isMoved = distanceM !== null && distanceM > 0 && durationS !== null && durationS > 0;
  return [
    ...(durationS === null ? [] : [[tell('duration'), duration(durationS)] as [string, string]]),
    ...(distanceM === null ? [] : [[tell('distance'), written('distanceM', distanceM, 1)] as [string, string]]),
    ...(!isMoved
      ? []
      : [
          [tell(paceOf(sport) === null ? 'speed' : 'pace'), speedText(sport, distanceM / durationS)] as [
            string,
            string,
          ],
        ]),
    ...(climbM === null ? [] : [[tell('climb'), written('elevationGainM', climbM)] as [string, string]]),
    ...(averageHeartRateBpm === null
      ? []
      : [[tell('heartRateShort'), tell('beats', { n: Math.round(averageHeartRateBpm) })] as [string, string]]),
    ...(energyKcal === null
      ? []
      : [[tell('energyShort'), tell('kcal', { n: Math.round(energyKcal) })] as [string, string]]),
  ];
}
