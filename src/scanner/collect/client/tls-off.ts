import type { Shape } from '../../../clients/client.ts';
import { type MapTree, type Tree, valueAt } from '../../../clients/tree.ts';
import type { Where } from '../../check.ts';
import type { PlaceOf } from './client-values.ts';

/** Variables that switch verification off, each with the values that do. */
const VARIABLES: ReadonlyMap<string, RegExp> = new Map([
  ['NODE_TLS_REJECT_UNAUTHORIZED', /^0$/],
  ['PYTHONHTTPSVERIFY', /^0$/],
  ['GIT_SSL_NO_VERIFY', /^(1|true|yes|on)$/i],
  ['NPM_CONFIG_STRICT_SSL', /^false$/i],
]);
/** Names, without case and separators, of settings that verify or that skip it. */
const VERIFIES =
  /^([a-z]+_)*(verifyssl|sslverify|verifytls|tlsverify|verifycert|verifycerts|verifycertificates|rejectunauthorized|strictssl)$/;
const SKIPS =
  /^(insecure|skiptlsverify|insecureskiptlsverify|insecureskipverify|tlsinsecure|noverifyssl|nosslverify|noverifytls|notlsverify|skipsslverify|disablesslverification|disabletlsverification|allowinsecuretls|noverify|nocheckcertificate|trustallcertificates)$/;
const NO = /^(0|false|no|off|none)$/i;
const YES = /^(1|true|yes|on)$/i;
/** Programs of which `--insecure` means this; a server's own option of that name may mean anything else in a URL's favour. */
const MAX_LOOKED_AT = 500;

/** What of an entry switches the verification of certificates off. */
export function tlsOffIn(
  entry: MapTree,
  shape: Shape,
  args: readonly string[],
  place: PlaceOf,
): { readonly what: string; readonly where: Where }[] {
  const found: { what: string; where: Where }[] = [];
  const look = (map: Tree | undefined, path: readonly string[]): void => {
    if (map?.kind !== 'map') return;
    for (const { key, value } of map.entries.slice(0, MAX_LOOKED_AT)) {
      const text = value.kind === 'scalar' && value.value !== null ? String(value.value).trim() : undefined;
      if (text !== undefined && switchesOff(key, text))
        found.push({ what: `${key}=${text}`, where: place(value, [...path, key]) });
    }
  };
  look(entry, []);
  look(valueAt(entry, ['requestOptions']), ['requestOptions']);
  for (const key of new Set([shape.stdio.env, 'env', 'environment'])) look(valueAt(entry, [key]), [key]);
  const argsKey = shape.stdio.args ?? shape.stdio.command;
  const list = valueAt(entry, [argsKey]);
  for (const [index, arg] of args.slice(0, MAX_LOOKED_AT).entries()) {
    if (argSwitchesOff(arg, args[index + 1])) found.push({ what: arg, where: place(list ?? entry, [argsKey]) });
  }
  return found;
}

function switchesOff(name: string, value: string): boolean {
  const exact = VARIABLES.get(name.toUpperCase());
  if (exact !== undefined) return exact.test(value);
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  if (plain.length > 64) return false;
  const isVerifying =
    VERIFIES.test(plain) || /(sslverify|verifyssl|verifytls|tlsverify|rejectunauthorized)$/.test(plain);
  if (SKIPS.test(plain) || /(insecureskiptlsverify|insecureskipverify|skiptlsverify)$/.test(plain))
    return YES.test(value);
  return isVerifying && NO.test(value);
}

function argSwitchesOff(arg: string, next: string | undefined): boolean {
  // `docker run -e NAME=value`.
  const [, name = '', value] = /^-{0,2}([A-Za-z][\w-]{0,63})(?:=(.*))?$/s.exec(arg) ?? [];
  if (name === '') return false;
  if (value !== undefined) return switchesOff(name, value);
  if (!arg.startsWith('--')) return false;
  const plain = name.toLowerCase().replaceAll('-', '');
  if (SKIPS.test(plain)) return !NO.test(next ?? '');
  return VERIFIES.test(plain) && NO.test(next ?? '');
}
