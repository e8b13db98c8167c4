import type { Platform } from '../clients/client.ts';
import { KEY_VARIABLE } from '../clients/goes-through.ts';
import { MerlonError } from '../kernel/errors.ts';
import type { Program } from './merlon-command.ts';

/** `merlon connect` as it was called; see the help of the command for each. */
export interface ConnectOptions {
  readonly config: string;
  readonly url?: string;
  readonly keyEnv?: string;
  readonly literalKey?: true;
  readonly stdio?: true;
  readonly role?: string;
  readonly wrap?: true;
  readonly name?: string;
  readonly file?: string;
  readonly project?: true;
  readonly print?: true;
  readonly yes?: true;
  readonly undo?: true;
  readonly json?: true;
}

/** What connect needs of the process around it. */
export interface ConnectIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: Platform;
  readonly home: string;
  readonly cwd: string;
  readonly program: Program;
  /** Writes one line to standard output. */
  readonly print: (line: string) => void;
  /** Writes one line to standard error: advice, never what a program would read. */
  readonly say: (line: string) => void;
  /** Asks a question to which the answer is yes or no; undefined where there is no terminal. */
  readonly ask: ((question: string) => Promise<boolean>) | undefined;
}

/** The variable that holds the key. */
export function keyVariable({ keyEnv }: ConnectOptions): string {
  return keyEnv ?? KEY_VARIABLE;
}

/** @throws MerlonError USAGE when what was asked makes no sense */
export function checkOptions(client: string | undefined, names: readonly string[], options: ConnectOptions): void {
  const { stdio, wrap, undo, print, url, name, json, literalKey, file, project, role } = options;
  const refuse = (message: string): never => {
    throw new MerlonError('USAGE', message, { todo: 'See merlon connect --help.' });
  };
  if (client === undefined && (stdio ?? wrap ?? undo ?? print ?? file) !== undefined) refuse('Which client?');
  if (client !== undefined && json === true) refuse('--json belongs to the list of all clients.');
  if ([stdio, wrap, undo].filter((each) => each === true).length > 1)
    refuse('--stdio, --wrap and --undo exclude each other.');
  if ((stdio ?? wrap ?? undo) === true && (url !== undefined || literalKey === true))
    refuse('--url and --literal-key are for an entry that goes to an address.');
  if (stdio !== true && role !== undefined) refuse('--role belongs to --stdio.');
  if (undo === true && print === true) refuse('--print and --undo exclude each other.');
  if (file !== undefined && project === true) refuse('--file and --project exclude each other.');
  if (name !== undefined && (wrap === true || names.length > 1)) refuse('--name is for one new entry.');
  if (name !== undefined && !/^[A-Za-z0-9][\w.-]{0,63}$/.test(name)) refuse('--name takes letters, digits, . _ and -.');
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(keyVariable(options))) refuse('--key-env takes the name of a variable.');
  const isUpstream = (each: string): boolean => /^[A-Za-z][A-Za-z0-9_-]{0,31}$/.test(each);
  if (wrap !== true && undo !== true && !names.every(isUpstream)) refuse('A name of a server has an odd character.');
}
