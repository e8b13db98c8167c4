import { columnsOf, wrapText } from '../../kernel/columns.ts';
import type { Text } from '../../kernel/text.ts';
import type { Outcome } from '../check.ts';
import type { TerminalOptions } from './terminal.ts';

/** Colours as terminals number them (ECMA-48, SGR). */
export const colors: Readonly<Record<Outcome, number>> = {
  pass: 32,
  fail: 31,
  warn: 33,
  manual: 36,
  unknown: 35,
  'not-applicable': 90,
};
/** What is read second. */
export const FAINT = 90;
export const BOLD = 1;

/** Signs that say the same as the colours, each one column wide. */
export const marks: Readonly<Record<Outcome, string>> = {
  pass: '✓',
  fail: '✗',
  warn: '!',
  manual: '?',
  unknown: '·',
  'not-applicable': '-',
};

/** Lines of a report as they come together. */
export class Page {
  readonly options: TerminalOptions;
  readonly #lines: string[] = [];

  constructor(options: TerminalOptions) {
    this.options = options;
  }

  line(text = ''): void {
    this.#lines.push(text.trimEnd());
  }

  heading(text: string): void {
    if (this.#lines.length > 0) this.line();
    this.line(this.paint(text, BOLD));
  }

  /** Wrapped text: `indent` columns from the edge, the first line behind `lead`, where one is given. */
  paragraph(text: string, indent: number, { lead = '', color }: { lead?: string; color?: number } = {}): void {
    const hang = indent + columnsOf(lead);
    const lines = wrapText(text, Math.max(10, this.options.width - hang));
    for (const [index, line] of lines.entries()) {
      const shown = color === undefined ? line : this.paint(line, color);
      this.line(index === 0 ? ' '.repeat(indent) + lead + shown : ' '.repeat(hang) + shown);
    }
  }

  paint(text: string, ...codes: readonly number[]): string {
    return this.options.color && text !== '' ? `\u001b[${codes.join(';')}m${text}\u001b[0m` : text;
  }

  say(text: Text): string {
    return text[this.options.language];
  }

  text(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}
