import { type ControlId, controlIds } from '../../controls/control.ts';
import { neverFails } from '../gate.ts';
import { defaultThresholds } from '../thresholds.ts';
import type { Baseline, ProfileName } from './baseline.ts';

// Each level asks for all that the one below asks for.

/** An experiment on one machine: who calls, what tools may do, and what they did. */
const sandbox: readonly ControlId[] = ['C03', 'C09', 'C13', 'C14'];

/** Colleagues, behind a company's doors: what goes over the wire, sessions, data, and where tools come from. */
const internal: readonly ControlId[] = [...sandbox, 'C01', 'C02', 'C04', 'C06', 'C07', 'C10', 'C15', 'C20'];

/**
 * What lies outside of everything that can be looked at: the network around, what a tool says tomorrow, the people who
 * respond, how it was built.
 */
const beyondLooking: readonly ControlId[] = ['C11', 'C15', 'C18', 'C20'];

/** Every control of which a part has to be answered by a person, in the order of the checklist. */
const answerable: readonly ControlId[] = [
  'C04',
  'C05',
  'C07',
  'C08',
  'C11',
  'C13',
  'C14',
  'C15',
  'C17',
  'C18',
  'C19',
  'C20',
];

const nothingSaid = {
  severities: new Map(),
  off: new Map(),
  checkPlaces: new Map(),
  rules: [],
  waivers: [],
} satisfies Partial<Baseline>;

/** The built-in baselines. */
export const profiles: Readonly<Record<ProfileName, Baseline>> = {
  sandbox: {
    ...nothingSaid,
    profile: 'sandbox',
    required: new Set(sandbox),
    attested: new Set(),
    thresholds: { ...defaultThresholds, certificate_days: 1, session_max_hours: 168, test_record_days: 365 },
    failOn: { ...neverFails, severity: 'critical' },
  },
  internal: {
    ...nothingSaid,
    profile: 'internal',
    required: new Set(internal),
    attested: new Set(),
    thresholds: { ...defaultThresholds, test_record_days: 90 },
    failOn: { ...neverFails, severity: 'high' },
  },
  production: {
    ...nothingSaid,
    profile: 'production',
    required: new Set(controlIds),
    attested: new Set(beyondLooking),
    thresholds: defaultThresholds,
    failOn: { ...neverFails, severity: 'high' },
  },
  regulated: {
    ...nothingSaid,
    profile: 'regulated',
    required: new Set(controlIds),
    attested: new Set(answerable),
    thresholds: {
      ...defaultThresholds,
      certificate_days: 30,
      rsa_bits: 3072,
      session_idle_minutes: 15,
      session_max_hours: 8,
      requests_per_minute: 600,
      roles: 3,
      free_disk_percent: 20,
    },
    failOn: { ...neverFails, severity: 'medium' },
  },
};

/** What is measured against where nobody names a profile. */
export const defaultProfile: ProfileName = 'production';
