import { UNIT_SYSTEMS } from '../schemas/units.ts';
import { duration } from './format.ts';
import { units } from './units.ts';

/** Numbers of an activity in the units of who reads it, for pages that show the unit beside them. */

/** Slower than this nobody moves. */
const LEAST_MPS = 0.3;

/** How long a kilometre or a mile is, m. */
export const longM = () => UNIT_SYSTEMS[units.value].long.size;
export const isMetric = () => units.value === 'metric';

export const distanceText = (metres: number) => (metres / longM()).toFixed(2);
export const distanceUnit = () => (isMetric() ? 'km' : 'mi');

/** Minutes and seconds for a kilometre or a mile; a dash while standing. */
export const paceText = (mps: number) => (mps < LEAST_MPS ? '–' : duration(longM() / mps));

export const speedSize = () => UNIT_SYSTEMS[units.value].fast.size;
export const speedText = (mps: number) => (mps / speedSize()).toFixed(1);
export const speedUnit = () => (isMetric() ? 'km/h' : 'mph');

export const heightSize = () => UNIT_SYSTEMS[units.value].high.size;
export const heightText = (metres: number) => String(Math.round(metres / heightSize()));
export const heightUnit = () => (isMetric() ? 'm' : 'ft');
