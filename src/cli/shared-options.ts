import { Option } from 'commander';
import { KEY_VARIABLE } from '../clients/goes-through.ts';
import { languages } from '../kernel/text.ts';

/** `-c`: the gateway's configuration. */
export const configOption = (): Option =>
  new Option('-c, --config <file>', 'configuration file').default('merlon.yaml');

/** `--allow-unsafe-bind`, of whatever reads a configuration to serve it. */
export const unsafeBindOption = (): Option =>
  new Option('--allow-unsafe-bind', 'accept a non-loopback address without TLS or authentication');

/** `--lang`: in which language people are told. */
export const languageOption = (): Option =>
  new Option('--lang <language>', 'language of what is said').choices([...languages]).default('en');

/** `--key-env`: secrets come from variables; a command line can be seen by other users. */
export const keyVariableOption = (): Option =>
  new Option('--key-env <variable>', 'variable that holds the API key or token').default(KEY_VARIABLE);

/** `--url`: a gateway that no configuration here describes. */
export const addressOption = (): Option =>
  new Option('--url <address>', 'address of the gateway (default: as the configuration says)');

/** `--ca`. */
export const authorityOption = (): Option =>
  new Option('--ca <file>', 'PEM certificates to trust besides those of the system');

/** `--no-verify-ssl`. */
export const noVerifyOption = (): Option =>
  new Option('--no-verify-ssl', 'read on behind a bad certificate; that it is bad is found all the same');

/** An option that may be given more than once. */
export function repeatable(flags: string, what: string): Option {
  const add = (value: string, before: readonly string[]): string[] => [...before, value];
  return new Option(flags, `${what}; repeatable`).argParser(add).default([], 'none');
}
