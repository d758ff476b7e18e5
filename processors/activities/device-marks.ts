/** More devices than these on one athlete at a time are not named in an activity. */
const MAX_DEVICES = 32;

export interface KeptMarks {
  readonly devices: readonly string[];
  readonly marks: readonly (readonly [slot: number, mark: number])[];
}

/** Which devices measured something in each second of the window: one bit for each device. */
export class DeviceMarks {
  readonly #capacityS: number;
  readonly #marks: Uint32Array;
  readonly #devices: string[] = [];

  constructor(capacityS: number) {
    this.#capacityS = capacityS;
    this.#marks = new Uint32Array(capacityS);
  }

  add(atS: number, device: string): void {
    let index = this.#devices.indexOf(device);
    if (index < 0) {
      if (this.#devices.length >= MAX_DEVICES) return;
      index = this.#devices.push(device) - 1;
    }
    this.#marks[atS % this.#capacityS] |= 1 << index;
  }

  /** The devices of a second, which are then forgotten for it. */
  take(atS: number): string[] {
    const slot = atS % this.#capacityS;
    const marks = this.#marks[slot];
    this.#marks[slot] = 0;
    return marks === 0 ? [] : this.#devices.filter((_, index) => (marks & (1 << index)) !== 0);
  }

  /** Seconds without a mark, which are most, are left out. */
  encode(): KeptMarks {
    const marks: [slot: number, mark: number][] = [];
    this.#marks.forEach((mark, slot) => {
      if (mark !== 0) marks.push([slot, mark]);
    });
    return { devices: this.#devices, marks };
  }

  restore({ devices, marks }: KeptMarks): void {
    this.#devices.push(...devices);
    for (const [slot, mark] of marks) this.#marks[slot] = mark;
  }
}
