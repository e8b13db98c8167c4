import type { PortRange } from '../../facts/host.ts';

/** All ports. */
export const ALL_PORTS: readonly PortRange[] = [{ from: 0, to: 65_535 }];

/** A range of ports, undefined for what is none. */
export function portRange(from: number, to: number = from): PortRange | undefined {
  const isOne = Number.isInteger(from) && Number.isInteger(to) && from >= 0 && to <= 65_535 && from <= to;
  return isOne ? { from, to } : undefined;
}

/** Ports that are in either, in order and without overlaps. */
export function union(a: readonly PortRange[], b: readonly PortRange[]): readonly PortRange[] {
  const merged: { from: number; to: number }[] = [];
  for (const { from, to } of [...a, ...b].sort((one, other) => one.from - other.from)) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last.to + 1) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  return merged;
}

/** Ports that are in both. */
export function intersection(a: readonly PortRange[], b: readonly PortRange[]): readonly PortRange[] {
  const common = a.flatMap((one) =>
    b.flatMap((other) => portRange(Math.max(one.from, other.from), Math.min(one.to, other.to)) ?? []),
  );
  return union(common, []);
}

/** Ports of `a` that are not in `b`. */
export function difference(a: readonly PortRange[], b: readonly PortRange[]): readonly PortRange[] {
  let rest = union(a, []);
  for (const { from, to } of b) {
    rest = rest.flatMap((one) =>
      [portRange(one.from, Math.min(one.to, from - 1)), portRange(Math.max(one.from, to + 1), one.to)].flatMap(
        (part) => part ?? [],
      ),
    );
  }
  return rest;
}
