import { dayText } from './written.ts';

/** What a plot takes from the colours of the scheme: how its axes look, and a colour by the name of its property. */
export function plotStyle() {
  const style = getComputedStyle(document.documentElement);
  const colorOf = (property: string) => style.getPropertyValue(property);
  const grid = { stroke: colorOf('--rule'), width: 1 };
  return { colorOf, axis: { stroke: colorOf('--soft'), grid, ticks: { show: false } } };
}

/** The day (UTC) of a point on an axis of seconds since the epoch, in words. */
export function dayAt(second: number, options: Intl.DateTimeFormatOptions): string {
  return dayText(new Date(1_000 * second).toISOString().slice(0, 10), options);
}
