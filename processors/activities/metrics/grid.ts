import { CHANNELS, channelIndex } from '../../../schemas/channels.ts';

/**
 * The grid: at most one row for each whole second of event time, {@link ROW} integers wide. A row holds the channels in
 * the order of the channel table, in stored units, and after them who measured the distance.
 */
export const DISTANCE_ORIGIN = CHANNELS.length;
export const ROW = CHANNELS.length + 1;

/** No channel's limits reach it. */
export const MISSING = -0x8000_0000;

export const EMPTY_ROW: Int32Array = new Int32Array(ROW).fill(MISSING);

// Numbers in the code that runs for every sample, so that nothing is looked up by name there.
export const HEART_RATE = channelIndex('heart_rate');
export const SPO2 = channelIndex('spo2');
export const LATITUDE = channelIndex('latitude');
export const LONGITUDE = channelIndex('longitude');
export const ALTITUDE = channelIndex('altitude');
export const ACCURACY = channelIndex('horizontal_accuracy');
export const SPEED = channelIndex('speed');
export const DISTANCE = channelIndex('distance');
export const CADENCE = channelIndex('cadence');
export const POWER = channelIndex('power');
export const AIR_TEMPERATURE = channelIndex('ambient_temperature');
export const SKIN_TEMPERATURE = channelIndex('skin_temperature');
export const RESPIRATION = channelIndex('respiration_rate');
export const STEPS = channelIndex('steps');
