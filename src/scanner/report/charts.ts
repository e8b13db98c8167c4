import { escapeMarkup } from './escape-markup.ts';

/** A part of a whole; `kind` becomes its class, which gives the colour. */
export interface Slice {
  readonly label: string;
  readonly kind: string;
  readonly count: number;
}

const RADIUS = 60;
const ROUND = 2 * Math.PI * RADIUS;

/** A ring of parts with a legend, as inline SVG that needs no script; screen readers get the numbers. */
export function ringChart(slices: readonly Slice[], title: string): string {
  const shown = slices.filter(({ count }) => count > 0);
  const sum = shown.reduce((all, { count }) => all + count, 0);
  let at = 0;
  const arcs = shown.map(({ kind, count }) => {
    const length = (ROUND * count) / sum;
    const arc = `<circle class="arc ${kind}" cx="80" cy="80" r="${RADIUS}" stroke-dasharray="${length.toFixed(2)} ${(ROUND - length).toFixed(2)}" stroke-dashoffset="${(-at).toFixed(2)}"/>`;
    at += length;
    return arc;
  });
  const legend = shown.map(
    ({ label, kind, count }, index) =>
      `<rect class="key ${kind}" x="176" y="${12 + index * 24}" width="12" height="12"/><text x="196" y="${22 + index * 24}">${count} ${escapeMarkup(label)}</text>`,
  );
  return `<svg viewBox="0 0 320 160" role="img" aria-label="${labelOf(title, shown)}"><g transform="rotate(-90 80 80)">${arcs.join('')}</g><text class="middle" x="80" y="87">${sum}</text>${legend.join('')}</svg><figcaption>${escapeMarkup(title)}</figcaption>`;
}

/** Rows of stacked bars, all to one scale. */
export function barChart(
  rows: readonly { readonly label: string; readonly parts: readonly Slice[] }[],
  title: string,
): string {
  const sums = rows.map(({ parts }) => parts.reduce((all, { count }) => all + count, 0));
  const most = Math.max(1, ...sums);
  const bars = rows.map(({ label, parts }, index) => {
    const y = 8 + index * 30;
    let x = 84;
    const rects = parts.map(({ kind, count }) => {
      const width = (180 * count) / most;
      const rect =
        count === 0
          ? ''
          : `<rect class="bar ${kind}" x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="18"/>`;
      x += width;
      return rect;
    });
    return `<text x="0" y="${y + 14}">${escapeMarkup(label)}</text>${rects.join('')}<text x="${(x + 6).toFixed(1)}" y="${y + 14}">${sums[index] ?? 0}</text>`;
  });
  const all = rows.flatMap(({ label, parts }) => parts.map((part) => ({ ...part, label: `${label} ${part.label}` })));
  return `<svg viewBox="0 0 320 160" role="img" aria-label="${labelOf(title, all)}">${bars.join('')}</svg><figcaption>${escapeMarkup(title)}</figcaption>`;
}

function labelOf(title: string, slices: readonly Slice[]): string {
  const parts = slices.filter(({ count }) => count > 0).map(({ label, count }) => `${count} ${label}`);
  return escapeMarkup(`${title}: ${parts.join(', ')}`);
}
