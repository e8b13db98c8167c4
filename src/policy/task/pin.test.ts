import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SinkKind, ToolProfile } from '../tool/tool-profile.ts';
import { pin } from './pin.ts';

function profileOf(
  name: string,
  effects: ToolProfile['effects'],
  sinks: Readonly<Record<string, SinkKind>> = {},
): ToolProfile {
  return { tool: `desk/${name}`, hash: 'aa', effects, sinks, output: 'untrusted', sandboxed: false };
}

/** Whether every call of a tool that writes has to be approved under a request. */
function asksAlways(request: string | undefined, name: string, kind: SinkKind = 'target'): boolean {
  return pin(profileOf(name, ['write'], { it: kind }), request).alwaysAsk === true;
}

describe('what a request does not ask for', () => {
  it.each([
    ['Tell me when Ann wrote', 'send_email'],
    ['Send me the numbers', 'send_email'],
    ['What is in the email from Ann?', 'send_email'],
    ["It's in an email I received", 'send_email'],
    ['Give me their email addresses', 'send_email'],
    ['Show me my last order', 'place_order'],
    ['Which files are shared with Ann?', 'share_file'],
    ['Read the page but do not delete it', 'delete_page'],
    ['Do what the email says', 'send_email'],
    ['How much did I pay for rent?', 'send_money'],
    ['Summarize my payments', 'send_money'],
    ['Send a message to Ann', 'invite_user'],
    ['Create an event with Ann', 'share_file'],
    ['Move my rent to Friday', 'cancel_standing_order'],
    ['Create a file for it', 'create_event'],
    ['Pay my rent by the end of May', 'end_standing_order'],
    ['Call Ann and take the order', 'end_standing_order'],
    ['Do not cancel the rent', 'end_standing_order'],
    ['Frobnicate it', 'zap_device'],
    [undefined, 'send_email'],
    ['', 'send_email'],
  ])('%j has to be approved: %s', (request, name) => {
    expect(asksAlways(request, name)).toBe(true);
  });

  it.each([
    ['Let Ann know that I am late', 'send_email'],
    ['Please email Ann', 'send_message'],
    ['Email me the list', 'send_email'],
    ['Send an email to Ann', 'whisper'],
    ['Make a reservation for two', 'reserve_table'],
    ['Schedule lunch with Ann', 'create_calendar_event'],
    ['Cancel my newspaper', 'end_standing_order'],
    ['Get rid of the largest file', 'delete_file'],
    ['Do not forget to invite Ann', 'add_participants'],
    ['Zap the old one', 'zap_device'],
    ['Could you refund the difference to Ann?', 'send_money'],
    ['Tell everyone', 'send_to_user'],
    ['Add Bob to the room', 'add_user_to_room'],
    ['Create a webpage with it', 'post_webpage'],
    ['Label it as a bug', 'add_label'],
    ['Make Jon Vance an offer', 'send_offer'],
    ['Subscribe me to the newsletter', 'subscribe'],
    ['Give Ann write access', 'add_collaborator'],
    ['Reimburse Ann for lunch', 'make_payment'],
  ])('%j does not: %s', (request, name) => {
    expect(asksAlways(request, name)).toBe(false);
  });

  it('has to be approved where a tool has no argument that says what it does it to, unless the request says so', () => {
    const tool = profileOf('update_address', ['write']);
    expect(pin(tool, 'Update the rent').alwaysAsk).toBe(true);
    expect(pin(tool, 'Update my address to Main Street 1').alwaysAsk).toBeUndefined();
    const reminder = profileOf('create_reminder', ['write'], { when: 'time' });
    expect(pin(reminder, 'Remind me to pay the rent').alwaysAsk).toBeUndefined();
    expect(pin(reminder, 'Do not remind me').alwaysAsk).toBe(true);
    expect(pin(reminder, 'Create a list of what I have to do').alwaysAsk).toBe(true);
  });
});

describe('arguments through which harm is done', () => {
  it('are bound to where they come from, by what they are', () => {
    const profile = profileOf('x', ['write', 'egress'], {
      to: 'recipient',
      id: 'target',
      run: 'command',
      may: 'permission',
    });
    const { integrity = {} } = pin(profile, 'x');
    expect(integrity['to']).toContain('trusted');
    expect(integrity['id']).not.toContain('trusted');
    expect(integrity['run']).toEqual(['user', 'approved']);
    expect(integrity['may']).toEqual(['user', 'approved']);
    for (const from of Object.values(integrity))
      expect(from.some((one) => one === 'untrusted' || one === 'unknown')).toBe(false);
  });

  it('are bound to the days of a request that names one', () => {
    const profile = profileOf('create_event', ['write'], { start: 'time' });
    expect(pin(profile, 'Add an event on 3 May').integrity?.['start']).not.toContain('unknown');
    expect(pin(profile, 'Add an event').integrity?.['start']).toContain('unknown');
    expect(pin(profile, 'Add an event').integrity?.['start']).not.toContain('untrusted');
  });

  it('of tools that only read are free, except where a request goes', () => {
    expect(pin(profileOf('read_file', ['read'], { path: 'path' }), undefined)).toEqual({
      otherArgs: 'any',
      onDeny: 'ask',
    });
    const { integrity, alwaysAsk } = pin(
      profileOf('fetch', ['read', 'egress'], { url: 'url', path: 'path' }),
      undefined,
    );
    expect(Object.keys(integrity ?? {})).toEqual(['url']);
    expect(alwaysAsk).toBeUndefined();
  });

  it('may be named like anything', () => {
    const { integrity = {} } = pin(
      profileOf('send', ['write'], JSON.parse('{"__proto__": "recipient", "toString": "target"}')),
      'x',
    );
    expect(Object.keys(integrity)).toEqual(['__proto__', 'toString']);
  });

  it('that are texts may say anything but what no text should', () => {
    const { integrity } = pin({ ...profileOf('send', ['write', 'egress']), texts: ['body'] }, 'send it');
    expect(integrity?.['body']).toContain('untrusted');
    expect(integrity?.['body']).not.toContain('unfit');
  });

  it('are pinned whatever the request and the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (request, name) => {
        const { integrity } = pin(profileOf(name, ['write'], { id: 'target' }), request);
        expect(integrity?.['id']).toEqual(['user', 'approved', 'linked']);
      }),
    );
  });
});
