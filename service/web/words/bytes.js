const UNITS = ["bytes", "KiB", "MiB", "GiB"];

/** A size as people say it: 1 GiB, 1.5 MiB. */
export function bytes(count) {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, count)) / 10));
  return `${Number((count / 1024 ** power).toFixed(1))} ${UNITS[power]}`;
}
