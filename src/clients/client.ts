/** The systems on which Merlon knows where clients keep their files. */
export type Platform = 'linux' | 'darwin' | 'win32';

/** How a file is written. `json` is for clients that are said to read strict JSON, `jsonc` for those that take comments. */
export type Format = 'json' | 'jsonc' | 'toml' | 'yaml';

/** How a client reaches a server: `http` is streamable HTTP, `sse` its predecessor. */
export type Transport = 'stdio' | 'http' | 'sse';

/**
 * How we know: the client itself ran on a file that Merlon had written, a schema that others publish, the vendor's
 * documentation, or nobody looked it up.
 */
export type Provenance = 'ran' | 'published schema' | 'vendor docs' | 'from memory';

/** What a configuration file can hold. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/**
 * Where a path begins: the user's home, the folder for configuration (`$XDG_CONFIG_HOME` or `~/.config`), macOS's
 * Application Support, Windows' `%APPDATA%`, the project, or an environment variable that names a folder or the file.
 */
export type Base =
  | 'home'
  | 'config'
  | 'support'
  | 'appdata'
  | 'project'
  | { readonly folder: string }
  | { readonly file: string };

/** One place where a file may be. */
export interface PathRule {
  readonly base: Base;
  /** Below the base, with `/`; empty where the variable names the file itself. */
  readonly path: string;
  /** The systems on which it holds; default all. */
  readonly on?: readonly Platform[];
}

/** The keys of an entry that starts a program. */
export interface StdioKeys {
  /** Value of `type`; absent where the client knows none. */
  readonly type?: string;
  readonly command: string;
  /** Absent where `command` is a list that holds the arguments too. */
  readonly args?: string;
  /** Names and values of variables for the program. */
  readonly env: string;
  /** A list of names of variables that the client passes on from its own environment or its keychain. */
  readonly envNames?: string;
  /** What the client wants to see besides. */
  readonly always?: Readonly<Record<string, Value>>;
}

/** The keys of an entry that goes to an address. */
export interface HttpKeys {
  readonly type?: string;
  readonly url: string;
  /** Keys that lead to the headers; absent where the client takes none. */
  readonly headers?: readonly string[];
  readonly always?: Readonly<Record<string, Value>>;
}

/** How a file writes its servers down. */
export interface Shape {
  /** Keys from the top of the file to the servers. */
  readonly root: readonly string[];
  /** Further places of servers, read and never written; `*` is any key. */
  readonly alsoRead?: readonly (readonly string[])[];
  /** A map from name to entry, or a list of entries that have a `name`. */
  readonly collection: 'map' | 'list';
  readonly stdio: StdioKeys;
  /** Absent for clients that only launch commands. */
  readonly http?: HttpKeys;
  readonly sse?: HttpKeys;
  /** The key that switches an entry off, and the value with which it does. */
  readonly disabled?: { readonly key: string; readonly when: boolean };
  /** True where the entry repeats its name within itself. */
  readonly named?: true;
  /** Values of `type` that are no MCP servers to us. */
  readonly ignoredTypes?: readonly string[];
}

/** One kind of file that a client reads. */
export interface ClientFile {
  readonly scope: 'user' | 'project';
  /** The first that exists is the file; when none does, the first. */
  readonly paths: readonly PathRule[];
  readonly format: Format;
  readonly shape: Shape;
  /** An older or additional place: read for an inventory, never written. */
  readonly readOnly?: true;
}

/**
 * How a client's file names a secret without holding it. `header`: a notation within the `Authorization` header, `NAME`
 * standing for the variable. `field`: a key of the entry whose value is the variable's name. `input`: VS Code asks the
 * user and keeps the answer. `none`: no notation is documented.
 */
export type Reference =
  | { readonly kind: 'header'; readonly value: string; readonly provenance: Provenance; readonly namesKey?: string }
  | { readonly kind: 'field'; readonly key: string; readonly provenance: Provenance }
  | { readonly kind: 'input'; readonly provenance: Provenance }
  | { readonly kind: 'none' };

/** One MCP client. */
export interface Client {
  /** As on the command line. */
  readonly id: string;
  readonly title: string;
  /** Those that Merlon writes come first, user before project. */
  readonly files: readonly ClientFile[];
  readonly reference: Reference;
  /** How we know its files and their form. */
  readonly provenance: Provenance;
  /** What a person has to do or know after a change, one sentence; absent where nothing is needed. */
  readonly afterwards?: string;
}
