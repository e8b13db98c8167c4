/** One cell of a result table; null where nothing was measured. */
export type Cell = string | number | null;

/** One line of a result; every row of a benchmark may have columns of its own. */
export interface Row {
  readonly [column: string]: Cell;
}

/** What a benchmark is run with. */
export interface BenchOptions {
  /** Folder with data that is too large for the repository, or not ours (`--data`; default `../shared/data`), if any. */
  readonly data: string | undefined;
  /** Rows to measure (`--only a,b`), all when empty; for working on a benchmark, never for its results. */
  readonly only: readonly string[];
  /** Says how far it is. */
  readonly say: (line: string) => void;
}

/** What a benchmark found; `headline` is the one sentence to remember, `failed` true when something did not run. */
export interface BenchResult {
  readonly rows: readonly Row[];
  readonly headline: string;
  readonly failed: boolean;
}

/** A benchmark: `bench/NAME/bench.ts` exports one as `bench`. */
export interface Bench {
  /** One line for the list of names. */
  readonly about: string;
  run(options: BenchOptions): Promise<BenchResult>;
}
