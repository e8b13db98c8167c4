import { defineCheck, pass, unseen, warn } from '../../../check.ts';
import type { DoorFacts, Exchange } from '../../../facts/door.ts';
import { blind } from '../../../look.ts';
import { eras } from '../by-era.ts';

const BANNERS = ['server', 'x-powered-by', 'x-aspnet-version', 'x-aspnetmvc-version', 'x-generator'] as const;
/** A number with a point in it: what somebody looks up vulnerabilities by. */
const VERSION = /\d\.\d/;

const NOTHING = blind('error', 'Nothing was answered.', '没有任何应答。');

/** What strangers are told of the software that serves them. */
export const bannerRevealsNothing = defineCheck({
  id: 'banner-reveals-nothing',
  control: 'C08',
  part: 'door',
  severity: 'low',
  title: { en: 'Headers name no version of the software.', zh: '响应头不透露软件版本。' },
  remedy: {
    en: 'Turn version banners off (`server_tokens off`, `app.disable("x-powered-by")`, `ServerTokens Prod`).',
    zh: '关闭版本标识（`server_tokens off`、`app.disable("x-powered-by")`、`ServerTokens Prod`）。',
  },
  ask: (facts) => {
    const exchanges = exchangesOf(facts);
    if (exchanges.length === 0) return unseen(NOTHING);
    const names = BANNERS.filter((name) => exchanges.some(({ headers }) => VERSION.test(headers[name] ?? '')));
    if (names.length === 0) return pass({ en: 'No header names a version.', zh: '没有响应头透露版本。' });
    const shown = names.map((name) => `${name}: ${bannerIn(exchanges, name)}`).join('; ');
    return warn({ en: `Versions are named: ${shown}.`, zh: `透露了版本：${shown}。` });
  },
});

function exchangesOf({ probes }: DoorFacts): readonly Exchange[] {
  return eras.flatMap((era) => Object.values(probes[era]).flatMap((look) => ('saw' in look ? [look.saw] : [])));
}

function bannerIn(exchanges: readonly Exchange[], name: string): string {
  const found = exchanges.map(({ headers }) => headers[name] ?? '').find((value) => VERSION.test(value));
  return (found ?? '').slice(0, 80);
}
