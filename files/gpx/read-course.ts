import { RefusedFileError } from '../reasons.ts';
import { readXml, type XmlElement } from '../xml/xml-reader.ts';
import { decimalOf } from '../xml/xml-values.ts';

/** A way on the map, in the direction of travel. */
export interface CourseTrace {
  /** Degrees. */
  readonly latitude: readonly number[];
  readonly longitude: readonly number[];
  /** Metres; null unless every point has one. */
  readonly altitudeM: readonly number[] | null;
}

/** Of a day's recording at ten points a second, more or less. */
const MAX_POINTS = 1_000_000;

/**
 * Reads the way that a GPX file describes, times or none: all its tracks, one after the other, or else its first route
 * (https://www.topografix.com/gpx.asp). Throws RefusedFileError where there is none, or the file breaks off: half a
 * course is no course.
 */
export function readGpxCourse(bytes: Uint8Array): CourseTrace {
  const track = new Trace();
  const route = new Trace();
  let routes = 0;
  const into = (name: string): Trace | null => {
    if (name === 'trkpt') return track;
    return name === 'rtept' && routes === 1 ? route : null;
  };
  const isWhole = readXml(bytes, {
    open({ name, attributes }: XmlElement) {
      if (name === 'rte') routes++;
      into(name)?.begin(decimalOf(attributes.lat), decimalOf(attributes.lon));
    },
    close(name, text) {
      if (name === 'ele') for (const one of [track, route]) one.altitude(decimalOf(text));
      into(name)?.end();
    },
  });
  if (!isWhole) throw new RefusedFileError('bad_xml');
  const found = track.length > 0 ? track : route;
  if (found.length < 2) throw new RefusedFileError('no_samples');
  return found.take();
}

class Trace {
  readonly #latitude: number[] = [];
  readonly #longitude: number[] = [];
  readonly #altitudeM: number[] = [];
  #isOpen = false;

  get length(): number {
    return this.#latitude.length;
  }

  begin(latitude: number, longitude: number): void {
    if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180))
      throw new RefusedFileError('bad_xml', 'a point without a place');
    if (this.length >= MAX_POINTS) throw new RefusedFileError('too_many_samples', `more than ${MAX_POINTS} points`);
    this.#latitude.push(latitude);
    this.#longitude.push(longitude);
    this.#altitudeM.push(Number.NaN);
    this.#isOpen = true;
  }

  altitude(metres: number): void {
    if (this.#isOpen) this.#altitudeM[this.length - 1] = metres;
  }

  end(): void {
    this.#isOpen = false;
  }

  take(): CourseTrace {
    const hasAltitude = this.#altitudeM.every((metres) => metres > -500 && metres < 10_000);
    return { latitude: this.#latitude, longitude: this.#longitude, altitudeM: hasAltitude ? this.#altitudeM : null };
  }
}
