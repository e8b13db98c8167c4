import { isObject, type JsonObject } from '../../src/kernel/jsonrpc.ts';
import { FORGED } from './chaos-upstream.ts';
import { eventsIn, faultsIn, messagesIn, type WireAnswer } from './answer-shape.ts';

/** One thing that a caller does. `session` and `victim` count round in what there is. */
export type Step =
  | { readonly kind: 'open'; readonly endpoint: number }
  | ({
      readonly kind: 'call';
      readonly session: number;
      readonly leaveAfter: number | undefined;
      /** How many turns later it comes back, if it does. */
      readonly comesBack: number | undefined;
    } & Call)
  | ({ readonly kind: 'stateless'; readonly endpoint: number } & Call)
  | { readonly kind: 'cancel'; readonly session: number; readonly id: string | number }
  | { readonly kind: 'remove'; readonly session: number }
  | { readonly kind: 'listen'; readonly session: number; readonly place: number | undefined }
  | { readonly kind: 'steal'; readonly victim: number; readonly what: Theft; readonly id: string | number }
  | { readonly kind: 'replay'; readonly victim: number }
  | { readonly kind: 'pause'; readonly turns: number };

/** What somebody tries with a session that is not theirs. */
export type Theft = 'call' | 'listen' | 'resume' | 'remove' | 'cancel' | 'answer' | 'elsewhere' | 'guess';

interface Call {
  readonly id: string | number;
  readonly tool: number;
  readonly turns: number;
  readonly flood: number;
  readonly question: boolean;
}

/** What callers know of each other: everything, because an attacker may. */
export interface Common {
  readonly url: string;
  readonly faults: string[];
  readonly sessions: { readonly caller: string; readonly path: string; readonly id: string }[];
  readonly states: {
    readonly caller: string;
    readonly path: string;
    readonly name: string;
    readonly params: JsonObject;
  }[];
  /** Places in streams that somebody was told of. */
  readonly places: string[];
  /** Ids under which the gateway asked somebody. */
  readonly asked: (string | number)[];
  /** Lets everybody stop waiting for what never ends. */
  readonly over: AbortSignal;
}

interface Own {
  readonly path: string;
  readonly id: string;
  removed: boolean;
  /** Its caller has taken over a stream from itself, perhaps one that still waits: the newest connection counts. */
  takenOver: boolean;
  /** Ids that were cancelled in it. */
  readonly cancelled: Set<string | number>;
}

/** How far a client got on a stream. */
interface Got {
  place?: string;
  /** What of it is whole. */
  text?: string;
}

const ENDPOINTS = ['/mcp/web', '/mcp/shared', '/mcp'] as const;
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': { elicitation: {} },
};

/** Does the steps of one caller, then ends its sessions; what is wrong with any answer goes into the common faults. */
export async function act(caller: string, steps: readonly Step[], common: Common): Promise<void> {
  const own: Own[] = [];
  const running: Promise<unknown>[] = [];
  const streams: Promise<unknown>[] = [];
  let lastToken = 0;
  const fault = (what: string): void => void common.faults.push(`${caller}: ${what}`);

  function head(more: Record<string, string> = {}): Record<string, string> {
    return {
      authorization: `Bearer ${caller}:user`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...more,
    };
  }

  /** What may be said to this caller: nothing of another's, nothing forged. */
  function mine(text: string, where: string): void {
    if (text.includes(FORGED)) fault(`was told what was forged, ${where}: ${text.slice(0, 300)}`);
    for (const [, other] of text.matchAll(/token-of-(\w+?)-/g))
      if (other !== caller) fault(`was told of ${other}, ${where}: ${text.slice(0, 300)}`);
  }

  /**
   * Reads an answer to its end and takes up the questions in it; `got` keeps what came of one that is cut off.
   */
  async function read(response: Response, session: Own | undefined, where: string, got: Got = {}): Promise<WireAnswer> {
    const type = response.headers.get('content-type');
    let text = '';
    let heard = 0;
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      const events = type?.startsWith('text/event-stream') === true ? eventsIn(text) : [];
      for (const { id, data } of events.slice(heard)) {
        if (id !== undefined) {
          got.place = id;
          common.places.push(id);
        }
        if (session !== undefined && data.includes('"elicitation/create"')) running.push(reply(data, session));
      }
      heard = events.length;
      got.text = text;
      mine(text, where);
    }
    mine(text, where);
    return { status: response.status, type, text };
  }

  async function reply(question: string, { path, id: session }: Own): Promise<void> {
    const { id } = JSON.parse(question) as { id: string | number };
    common.asked.push(id);
    const answer = { jsonrpc: '2.0', id, result: { action: 'accept', content: { by: caller } } };
    const { status } = await send(path, answer, { 'mcp-session-id': session });
    // Gone with the call, or with the session.
    if (![202, 400, 404].includes(status)) fault(`answered a question and got ${status}`);
  }

  async function send(
    path: string,
    message: object,
    more: Record<string, string> = {},
    session?: Own,
    signal: AbortSignal = common.over,
    got: Got = {},
  ): Promise<WireAnswer> {
    const body = JSON.stringify(message);
    const response = await fetch(common.url + path, { method: 'POST', headers: head(more), body, signal });
    const answer = await read(response, session, body.slice(0, 200), got);
    for (const wrong of faultsIn(answer)) fault(wrong);
    return answer;
  }

  /** The last message of an answer, which is the one to what was asked. */
  function last(answer: WireAnswer): JsonObject | undefined {
    const value = messagesIn(answer).at(-1);
    return isObject(value) ? value : undefined;
  }

  function argumentsOf({ turns, flood, question }: Call): { token: string; args: JsonObject } {
    lastToken += 1;
    const token = `token-of-${caller}-${lastToken}`;
    return { token, args: { token, turns, flood, question } };
  }

  const toolOn = (path: string, tool: number): string =>
    path === '/mcp' ? (['web__echo', 'wild__echo', 'shared__echo'][tool % 3] ?? '') : 'echo';

  /** Holds an answer against what was asked. */
  function judge(answer: WireAnswer, id: string | number, token: string, mayEnd: () => boolean): void {
    const message = last(answer);
    if (message === undefined || 'method' in message) {
      if (!mayEnd()) fault(`${token} got nothing, ${answer.status}`);
      return;
    }
    if (message['id'] !== id) fault(`${token} under ${String(id)} got ${answer.text.slice(-300)}`);
    const { result, error } = message;
    if (isObject(result)) {
      const { structuredContent: content } = result;
      const said = isObject(content) ? content : {};
      if (said['token'] !== token) fault(`${token} got ${JSON.stringify(result).slice(0, 300)}`);
      const { answered } = said;
      if (isObject(answered) && answered['by'] !== caller)
        fault(`${token} was answered by ${JSON.stringify(answered)}`);
      return;
    }
    const data = isObject(error) ? error['data'] : undefined;
    const code = isObject(data) ? data['code'] : undefined;
    // An id that is in flight already is the caller's own mistake.
    if (code !== 'RPC_INVALID' && !mayEnd()) fault(`${token} got ${answer.text.slice(-300)}`);
  }

  async function open(endpoint: number): Promise<void> {
    const path = ENDPOINTS[endpoint % ENDPOINTS.length] ?? '/mcp';
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: { elicitation: {} },
      clientInfo: { name: caller, version: '1' },
    };
    const message = { jsonrpc: '2.0', id: 1, method: 'initialize', params };
    const body = JSON.stringify(message);
    const response = await fetch(common.url + path, { method: 'POST', headers: head(), body, signal: common.over });
    const id = response.headers.get('mcp-session-id');
    await read(response, undefined, 'initialize');
    if (response.status !== 200 || id === null) return fault(`could not open ${path}: ${response.status}`);
    own.push({ path, id, removed: false, takenOver: false, cancelled: new Set() });
    common.sessions.push({ caller, path, id });
  }

  async function call(session: Own, step: Step & { kind: 'call' }): Promise<void> {
    const { token, args } = argumentsOf(step);
    const params = { name: toolOn(session.path, step.tool), arguments: args, _meta: { progressToken: token } };
    const leaving = new AbortController();
    let left = false;
    if (step.leaveAfter !== undefined) {
      const leave = async (turns: number): Promise<void> => {
        await pause(turns);
        left = true;
        leaving.abort();
      };
      running.push(leave(step.leaveAfter));
    }
    const signal = AbortSignal.any([common.over, leaving.signal]);
    const message = { jsonrpc: '2.0', id: step.id, method: 'tools/call', params };
    const mayEnd = (): boolean => session.removed || session.takenOver || session.cancelled.has(step.id);
    const got: Got = {};
    try {
      const answer = await send(session.path, message, { 'mcp-session-id': session.id }, session, signal, got);
      judge(answer, step.id, token, mayEnd);
    } catch (error) {
      if (!left) return fault(`${token} was cut off: ${String(error)}`);
      if (step.comesBack === undefined || got.place === undefined) return;
      await pause(step.comesBack);
      await comeBack(session, step.id, token, got, mayEnd);
    }
  }

  /** Goes on where a stream broke, and gets the answer of the call and nothing of any other. */
  async function comeBack(
    session: Own,
    id: string | number,
    token: string,
    { place = '', text = '' }: Got,
    mayEnd: () => boolean,
  ): Promise<void> {
    const headers = head({ 'mcp-session-id': session.id, 'last-event-id': place });
    const response = await fetch(common.url + session.path, { headers, signal: common.over });
    const answer = await read(response, session, `${token} again`);
    if (response.status === 200) return judge(answer, id, token, mayEnd);
    // 204: it had all of it before it left.
    const had = { status: 200, type: 'text/event-stream', text };
    if (response.status === 204) return judge(had, id, token, mayEnd);
    if (!session.removed) fault(`${token} could not come back: ${response.status}`);
  }

  async function stateless(step: Step & { kind: 'stateless' }): Promise<void> {
    const path = ENDPOINTS[step.endpoint % ENDPOINTS.length] ?? '/mcp';
    const { token, args } = argumentsOf(step);
    const name = toolOn(path, step.tool);
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': name };
    const ask = async (more: JsonObject): Promise<WireAnswer> => {
      const params = { name, arguments: args, ...more, _meta: { ...META, progressToken: token } };
      return await send(path, { jsonrpc: '2.0', id: step.id, method: 'tools/call', params }, headers);
    };
    let answer = await ask({});
    const result = last(answer)?.['result'];
    if (isObject(result) && result['resultType'] === 'input_required') {
      const { inputRequests, requestState } = result;
      if (typeof requestState !== 'string') return fault(`${token} was asked without a state`);
      common.states.push({ caller, path, name, params: { name, arguments: args, requestState } });
      await pause(step.turns);
      const keys = isObject(inputRequests) ? Object.keys(inputRequests) : [];
      const response = { action: 'accept', content: { by: caller } };
      answer = await ask({ requestState, inputResponses: Object.fromEntries(keys.map((key) => [key, response])) });
    }
    judge(answer, step.id, token, () => false);
  }

  /** Tries something with what belongs to another: always as if there were no such thing. */
  async function steal({ victim, what, id }: Step & { kind: 'steal' }): Promise<void> {
    const others = common.sessions.filter((one) => (one.caller === caller) === (what === 'elsewhere'));
    const found = others[victim % Math.max(others.length, 1)];
    const target = what === 'guess' ? { path: '/mcp/web', id: `${found?.id.slice(0, -1)}x` } : found;
    if (target === undefined) return;
    const path = what === 'elsewhere' ? (ENDPOINTS.find((one) => one !== target.path) ?? '/mcp') : target.path;
    const more = { 'mcp-session-id': target.id };
    const signal = common.over;
    let status: number;
    if (what === 'listen' || what === 'remove' || what === 'resume') {
      const method = what === 'remove' ? 'DELETE' : 'GET';
      const place = what === 'resume' ? { 'last-event-id': common.places.at(-1) ?? '1-1' } : {};
      const response = await fetch(common.url + path, { method, headers: head({ ...more, ...place }), signal });
      status = response.status;
      await response.body?.cancel();
    } else if (what === 'cancel') {
      const params = { requestId: id };
      ({ status } = await send(path, { jsonrpc: '2.0', method: 'notifications/cancelled', params }, more));
    } else if (what === 'answer') {
      const asked = common.asked.at(-1) ?? 'merlon-1';
      const result = { action: 'accept', content: { by: caller } };
      ({ status } = await send(path, { jsonrpc: '2.0', id: asked, result }, more));
    } else {
      const params = { name: 'echo', arguments: { token: `token-of-${caller}-stolen` } };
      ({ status } = await send(path, { jsonrpc: '2.0', id, method: 'tools/call', params }, more));
    }
    if (status !== 404) fault(`stole: ${what} got ${status}`);
  }

  /** Presents what the gateway gave another caller to keep. */
  async function replay({ victim }: Step & { kind: 'replay' }): Promise<void> {
    const others = common.states.filter((one) => one.caller !== caller);
    const found = others[victim % Math.max(others.length, 1)];
    if (found === undefined) return;
    const params = { ...found.params, inputResponses: {}, _meta: META };
    const { name } = found;
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': name };
    const answer = await send(found.path, { jsonrpc: '2.0', id: 1, method: 'tools/call', params }, headers);
    if (!answer.text.includes('REQUEST_STATE_INVALID')) fault(`replayed a state: ${answer.text.slice(0, 300)}`);
  }

  /** Opens the session's own stream, or says that it was at a place that somebody was at. */
  async function listen(session: Own, at: number | undefined): Promise<void> {
    const place = at === undefined ? undefined : common.places[at % Math.max(common.places.length, 1)];
    if (place !== undefined) session.takenOver = true;
    const from: Record<string, string> = place === undefined ? {} : { 'last-event-id': place };
    const headers = head({ 'mcp-session-id': session.id, ...from });
    try {
      const response = await fetch(common.url + session.path, { headers, signal: common.over });
      await read(response, session, 'on its stream');
    } catch (error) {
      if (!common.over.aborted) fault(`its stream was cut off: ${String(error)}`);
    }
  }

  for (const step of steps) {
    const session = 'session' in step && own.length > 0 ? own[step.session % own.length] : undefined;
    if (step.kind === 'open') await open(step.endpoint);
    else if (step.kind === 'pause') await pause(step.turns);
    else if (step.kind === 'steal') running.push(steal(step));
    else if (step.kind === 'replay') running.push(replay(step));
    else if (step.kind === 'stateless') running.push(stateless(step));
    else if (session === undefined) continue;
    else if (step.kind === 'call') {
      running.push(call(session, step));
    } else if (step.kind === 'listen') streams.push(listen(session, step.place));
    else if (step.kind === 'remove') {
      session.removed = true;
      const headers = head({ 'mcp-session-id': session.id });
      const { status } = await fetch(common.url + session.path, { method: 'DELETE', headers });
      if (![204, 404].includes(status)) fault(`could not remove its session: ${status}`);
    } else if (step.kind === 'cancel') {
      session.cancelled.add(step.id);
      const message = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: step.id } };
      await send(session.path, message, { 'mcp-session-id': session.id });
    }
  }
  for (let at = 0; at < running.length; at += 1) await running[at];
  for (const session of own) {
    await fetch(common.url + session.path, { method: 'DELETE', headers: head({ 'mcp-session-id': session.id }) });
  }
  // They end with their sessions.
  await Promise.all(streams);
  for (let at = 0; at < running.length; at += 1) await running[at];
}

async function pause(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise<void>((resolve) => void setImmediate(resolve));
}
