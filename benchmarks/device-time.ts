const DAY_S = 86_400;
/** QuestDB keeps a week; the oldest samples are younger than that. */
const FIRST_DAYS_AGO = 6;
const GAP_S = 60;

export interface DeviceTime {
  /** How many seconds ago a device begins that then lives through `seconds`. Throws RangeError when none are left. */
  take(seconds: number): number;
}

/**
 * Devices live faster than time passes, so each load begins behind the one before: samples then come after all that is
 * there, as live data does. All of it is in the past, for a device ahead of its server is pulled back.
 */
export function createDeviceTime(): DeviceTime {
  let leftS = FIRST_DAYS_AGO * DAY_S;
  return {
    take(seconds) {
      const beginsS = leftS;
      leftS -= Math.ceil(seconds) + GAP_S;
      if (leftS < 0) throw new RangeError('the devices have no time left: ask for fewer rounds, or shorter ones');
      return beginsS;
    },
  };
}
