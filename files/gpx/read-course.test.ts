import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RefusedFileError } from '../reasons.ts';
import { readGpxCourse } from './read-course.ts';

const read = (inside: string) => readGpxCourse(Buffer.from(`<gpx version="1.1">${inside}</gpx>`));
const point = (name: string, lat: number, ele?: number) => {
  return `<${name} lat="${lat}" lon="14.5">${ele === undefined ? '' : `<ele>${ele}</ele>`}</${name}>`;
};
const reasonOf = (inside: string) => {
  try {
    read(inside);
  } catch (error) {
    if (error instanceof RefusedFileError) return error.reason;
    throw error;
  }
  return null;
};

test('the course is all tracks of a file one after the other, or else its first route', () => {
  const tracks = `<trk><trkseg>${point('trkpt', 1, 5)}</trkseg><trkseg>${point('trkpt', 2, 6)}</trkseg></trk>
    <trk><trkseg>${point('trkpt', 3, 7.5)}</trkseg></trk>`;
  const route = `<wpt lat="8" lon="8"><ele>9</ele></wpt><rte>${point('rtept', 4)}${point('rtept', 5, 2)}</rte>`;
  const other = `<rte>${point('rtept', 6)}${point('rtept', 7)}</rte>`;
  const longitude = [14.5, 14.5, 14.5];
  assert.deepEqual(read(tracks + route), { latitude: [1, 2, 3], longitude, altitudeM: [5, 6, 7.5] });
  assert.deepEqual(read(route + other), { latitude: [4, 5], longitude: longitude.slice(1), altitudeM: null });
});

test('half a course, a point nowhere, or no way at all is refused', () => {
  assert.equal(reasonOf(''), 'no_samples');
  assert.equal(reasonOf('<trk><trkseg>'), 'bad_xml');
  assert.equal(reasonOf(point('trkpt', 1)), 'no_samples');
  assert.equal(reasonOf(point('trkpt', 1) + point('trkpt', 91)), 'bad_xml');
});
