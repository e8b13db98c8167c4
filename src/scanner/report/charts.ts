import { escapeMarkup } from './escape-markup.ts';

/** A part of a whole; `kind` becomes its class, which gives the colour. */
export interface Slice {
  readonly label: string;
  readonly kind: string;
  readonly count: number;
}

/** Radius of the ring and the gap between its arcs, in units of the drawing. */
const RADIUS = 58;
const GAP = 2;
const ROUND = 2 * Math.PI * RADIUS;

/**
 * A ring of parts with a legend, as inline SVG that needs no script; screen readers get the numbers. In the middle stands
 * the count of the first part and of all.
 */
export function ringChart(slices: readonly Slice[], title: string): string {
  const sum = slices.reduce((all, { count }) => all + count, 0);
  const shown = slices.filter(({ count }) => count > 0);
  const gap = shown.length > 1 ? GAP : 0;
  let at = 0;
  const arcs = shown.map(({ kind, count }) => {
    const length = (ROUND * count) / sum;
    const dash = `${Math.max(1, length - gap).toFixed(2)} ${ROUND.toFixed(2)}`;
    const arc = `<circle class="arc ${kind}" cx="76" cy="80" r="${RADIUS}" stroke-dasharray="${dash}" stroke-dashoffset="${(-at).toFixed(2)}"/>`;
    at += length;
    return arc;
  });
  const top = 80 - shown.length * 12;
  const legend = shown.map(({ label, kind, count }, index) => {
    const y = top + index * 24;
    return `<rect class="key ${kind}" x="172" y="${y + 4}" width="12" height="12" rx="3"/><text class="count" x="212" y="${y + 15}">${count}</text><text x="220" y="${y + 15}">${escapeMarkup(label)}</text>`;
  });
  const middle = `<text class="middle" x="76" y="82">${slices[0]?.count ?? 0}</text><text class="below" x="76" y="102">/ ${sum}</text>`;
  return `<svg viewBox="0 0 320 160" role="img" aria-label="${labelOf(title, shown)}"><circle class="track" cx="76" cy="80" r="${RADIUS}"/><g transform="rotate(-90 76 80)">${arcs.join('')}</g>${middle}${legend.join('')}</svg>`;
}

/** A row of {@link barChart}. */
export interface Bar {
  readonly label: string;
  readonly parts: readonly Slice[];
}

/** Rows of stacked bars, all to one scale, with what their parts mean below. */
export function barChart(rows: readonly Bar[], title: string): string {
  const sums = rows.map(({ parts }) => parts.reduce((all, { count }) => all + count, 0));
  const most = Math.max(1, ...sums);
  const bars = rows.map(({ label, parts }, index) => {
    const y = 4 + index * 25;
    let x = 72;
    const rects = parts.map(({ kind, count }) => {
      // Few beside many would not be seen at all.
      const width = count === 0 ? 0 : Math.max(3, (200 * count) / most);
      const rect = `<rect class="bar ${kind}" x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="17" rx="3"/>`;
      x += width;
      return count === 0 ? '' : rect;
    });
    const sum = sums[index] ?? 0;
    return `<text class="end" x="64" y="${y + 13}">${escapeMarkup(label)}</text><rect class="track" x="72" y="${y}" width="1" height="17"/>${rects.join('')}<text${sum === 0 ? ' class="none"' : ''} x="${(x + 8).toFixed(1)}" y="${y + 13}">${sum}</text>`;
  });
  const legend = (rows[0]?.parts ?? []).map(
    ({ label, kind }, index) =>
      `<rect class="key ${kind}" x="${72 + index * 90}" y="142" width="12" height="12" rx="3"/><text x="${90 + index * 90}" y="152">${escapeMarkup(label)}</text>`,
  );
  const all = rows.flatMap(({ label, parts }) => parts.map((part) => ({ ...part, label: `${label} ${part.label}` })));
  return `<svg viewBox="0 0 320 160" role="img" aria-label="${labelOf(title, all)}">${bars.join('')}${legend.join('')}</svg>`;
}

function labelOf(title: string, slices: readonly Slice[]): string {
  const parts = slices.filter(({ count }) => count > 0).map(({ label, count }) => `${count} ${label}`);
  return escapeMarkup(`${title}: ${parts.join(', ')}`);
}
