import type { Authorization, OAuthOutcome, OAuthPlan } from './oauth-plan.ts';

/** The client's half of an authorization: what both SDKs hand to `finishAuth`. */
export interface Callback {
  readonly code: string;
  readonly iss: string | undefined;
}

/** A client of one SDK, connected or to be connected. */
export interface OAuthSubject {
  /** Connects a new client. */
  connect(): Promise<void>;
  finishAuth(callback: Callback): Promise<void>;
  listTools(): Promise<{ readonly tools: readonly { readonly name: string }[] }>;
  callTool(call: OAuthPlan['call']): Promise<unknown>;
  /** The protocol version in use. */
  version(): string | undefined;
  close(): Promise<void>;
}

// Nobody listens there: the browser stops at this address instead of opening it.
const REDIRECT = 'http://127.0.0.1/callback';

/** What of a {@link Keeper} an authorization needs. */
interface Kept {
  readonly tokensSeen: readonly string[];
  sentTo: URL | undefined;
  clientInformation(): { readonly client_id: string } | undefined;
}

/** What an application keeps for an SDK's OAuth code, in memory; both SDKs know it by these names. */
export class Keeper<Client extends { client_id: string }, Tokens extends { access_token: string }, Discovery> {
  readonly redirectUrl = REDIRECT;
  readonly clientMetadata = {
    client_name: 'Merlon test client',
    redirect_uris: [REDIRECT],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
  };
  readonly tokensSeen: string[] = [];
  /** Where the user was sent, and has not been yet. */
  sentTo: URL | undefined;
  #client: Client | undefined;
  #tokens: Tokens | undefined;
  #verifier = '';
  #discovery: Discovery | undefined;

  clientInformation = (): Client | undefined => this.#client;
  saveClientInformation = (client: Client): void => void (this.#client = client);
  tokens = (): Tokens | undefined => this.#tokens;
  saveTokens = (tokens: Tokens): void => {
    this.#tokens = tokens;
    this.tokensSeen.push(tokens.access_token);
  };
  redirectToAuthorization = (url: URL): void => void (this.sentTo = url);
  saveCodeVerifier = (verifier: string): void => void (this.#verifier = verifier);
  codeVerifier = (): string => this.#verifier;
  saveDiscoveryState = (state: Discovery): void => void (this.#discovery = state);
  discoveryState = (): Discovery | undefined => this.#discovery;
}

/** Follows an authorization as a browser would, cookies and all, until it leads back to the client. */
async function browse(start: URL): Promise<Callback> {
  const cookies = new Map<string, string>();
  let url = start;
  for (let step = 0; step < 10; step += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`${url.href} answered ${response.status}: ${await response.text()}`);
    url = new URL(location, url);
    const code = url.searchParams.get('code');
    if (url.href.startsWith(REDIRECT) && code !== null) return { code, iss: url.searchParams.get('iss') ?? undefined };
    if (url.href.startsWith(REDIRECT)) throw new Error(url.href);
  }
  throw new Error('The authorization goes round in circles.');
}

/** `fetch` that writes down what it is asked. */
export function noted(requests: string[]): typeof fetch {
  return async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    requests.push(`${init?.method ?? 'GET'} ${url}`);
    return await fetch(input, init);
  };
}

/**
 * Connects without any credential, goes through whatever authorization the client asks its user for, lists the tools and
 * makes the call; prints the outcome.
 */
export async function authorizeAndCall(
  plan: OAuthPlan,
  subject: OAuthSubject,
  keeper: Kept,
  requests: readonly string[],
): Promise<void> {
  const authorizations: Authorization[] = [];
  async function authorized<Result>(act: () => Promise<Result>): Promise<Result> {
    try {
      return await act();
    } catch (error) {
      const { sentTo } = keeper;
      if (sentTo === undefined) throw error;
      keeper.sentTo = undefined;
      await subject.finishAuth(await browse(sentTo));
      authorizations.push({ asked: Object.fromEntries(sentTo.searchParams), token: keeper.tokensSeen.at(-1) ?? '' });
      return await act();
    }
  }
  await authorized(() => subject.connect());
  const { tools } = await subject.listTools();
  const { content } = (await authorized(() => subject.callTool(plan.call))) as {
    content: readonly { text?: string }[];
  };
  const outcome: OAuthOutcome = {
    requests,
    clientId: keeper.clientInformation()?.client_id ?? '',
    authorizations,
    tools: tools.map(({ name }) => name),
    version: subject.version() ?? '',
    text: content[0]?.text ?? '',
  };
  console.log(JSON.stringify(outcome));
  await subject.close();
}
