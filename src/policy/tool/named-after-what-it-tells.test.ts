import { describe, expect, it } from 'vitest';
import type { ToolLike } from '../../kernel/tool-like.ts';
import { profileOf } from './profile-of.ts';

const text = { type: 'string' };
function effectsOf(name: string, description: string, properties: object = {}): string | undefined {
  const tool: ToolLike = { name, description, inputSchema: { type: 'object', properties } };
  return profileOf(tool, { upstream: 'x' })?.effects.join(' ');
}

describe('a tool without a verb', () => {
  it.each([
    ['payment', 'A payment.', { payee: text, amount: { type: 'number' } }],
    ['payments', 'Payments.', { amount: { type: 'number' }, account: text }],
    ['messages', 'Messages of a room.', { room: text, text }],
    ['lights', 'The lights of a room.', { room: text, state: { enum: ['on', 'off'] } }],
    ['users', 'Users.', { operation: { enum: ['list', 'remove'] }, id: text }],
    ['refund', 'A refund of an order.', { order_id: text }],
    ['members', 'Members of a team.', { email: { type: 'string', format: 'email' } }],
    ['cleanup', 'Old files.', {}],
    ['old_entries', 'Removes entries.', {}],
    ['old_entries', 'The job removes entries.', {}],
    ['old_entries', 'The entries of a list, to delete them.', {}],
    ['enrich_prospects', 'Enriches the prospects.', {}],
    ['visitors', 'Visitors.', { role: text }],
    ['settings', 'The settings.', { key: text, value: text }],
    ['settings', 'The settings.', { password: text }],
    ['reminders', 'The reminders.', { anything: { type: 'object' } }],
    ['phone_book', 'Books a phone.', {}],
    ['room_book', 'Room for some days.', { room: text }],
    ['free_addresses', 'Free addresses of a network.', { network: text }],
    ['free_seats', 'Free the seats of a booking.', { booking: text }],
    ['free_seats', 'Frees seats of a booking.', { booking: text }],
    ['free_seats', 'Free seats of a booking and cancel it.', { booking: text }],
    ['direct_history', 'Messages exchanged with a member.', { member: text, text }],
    ['direct_history', 'Messages a member.', { member: text }],
    ['get_orders', 'Orders placed by a customer, and deletes them.', { customer: text }],
    ['send_history', 'Messages exchanged with a member.', { member: text }],
    ['direct_history', 'Posts what was exchanged with a member.', { member: text }],
    ['direct_history', 'Messages exchanged with a member, and deletes them.', { member: text }],
    ['available_seats', 'Available seats.', { seat: text, state: { enum: ['on', 'off'] } }],
    ['enrich_prospects', 'Enrich prospects of a list.', { list: text }],
  ])('still may change something when it is %s: %s', (name, description, properties) => {
    expect(effectsOf(name, description, properties)).toContain('write');
  });

  it.each([
    ['room_members', 'Who is in a room.', { room: text }],
    ['visit_history', 'Visits of a customer, newest first.', { customer: text, limit: { type: 'integer' } }],
    ['free_slots', 'Free times of a doctor.', { doctor_id: text, day: text }],
    ['available_seats', 'Available seats of a flight.', { flight: text }],
    ['direct_history', 'Messages exchanged with a member.', { member: text, limit: { type: 'integer' } }],
    ['get_orders', 'Orders placed by a customer.', { customer: text }],
    ['recent_visits', 'Recent visits of a customer.', { customer: text }],
    ['notices', 'Notices of the office.', { unread_only: { type: 'boolean' } }],
    ['planned_visits', 'Visits that are planned and not yet over.', {}],
    ['patient_file', 'Everything about one patient: contact, letters, notes.', { patient_id: text }],
    ['address_book', 'The people whom the customer has saved.', { search: text }],
  ])('only reads when it is %s: %s', (name, description, properties) => {
    expect(effectsOf(name, description, properties)).toBe('read');
  });

  it('is not taken for another one by a noun that is also a verb', () => {
    expect(effectsOf('open_letter', 'The text of a letter in the archive.', { name: text })).toBe('read');
    expect(effectsOf('open_letter', 'Text the letter to somebody.', { name: text })).toContain('write');
  });
});

describe('what a tool writes down', () => {
  it('is a text that is looked through like one that is sent', () => {
    const schema = { type: 'object', properties: { contact_id: text, note: text } };
    const tool: ToolLike = { name: 'add_note', description: 'Adds a note to a contact.', inputSchema: schema };
    const profile = profileOf(tool, { upstream: 'x' });
    expect(profile?.effects).toEqual(['write']);
    expect(profile?.texts).toEqual(['note']);
  });
});
