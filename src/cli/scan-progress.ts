import { showable } from '../detect/showable.ts';
import { columnsOf, fitColumns } from '../kernel/columns.ts';

/** Where progress is shown. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** One line that says what is being done and goes away at the end; nothing where nobody watches. */
export interface Progress {
  step(target: string, what: string): void;
  end(): void;
}

/** Makes a {@link Progress} on a stream. What targets are called is made printable: they choose their names themselves. */
export function createProgress(stream: ProgressStream, isWanted: boolean): Progress {
  if (!isWanted || stream.isTTY !== true) return { step: () => {}, end: () => {} };
  let last = '';
  const width = Math.max(20, (stream.columns ?? 80) - 1);
  const show = (text: string): void => {
    const line = columnsOf(text) > width ? fitColumns(text, width) : text;
    stream.write(`\r${line}${' '.repeat(Math.max(0, columnsOf(last) - columnsOf(line)))}`);
    last = line;
  };
  return {
    step: (target, what) => show(showable(`${target}: ${what}`)),
    end: () => {
      if (last === '') return;
      show('');
      stream.write('\r');
    },
  };
}
