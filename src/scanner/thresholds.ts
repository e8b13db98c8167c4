/** The numbers that checks judge by. A baseline may replace each of them. */
export interface Thresholds {
  /** Least days that a certificate still has to be valid. Default 21. */
  readonly certificate_days: number;
  /** Least bits of an RSA key. Default 2048. */
  readonly rsa_bits: number;
  /** Longest time without a request after which a session ends, minutes. Default 60. */
  readonly session_idle_minutes: number;
  /** Longest life of a session, hours. Default 24. */
  readonly session_max_hours: number;
  /** Least bits that a session id must not let anybody guess. Default 128. */
  readonly session_id_bits: number;
  /** Most requests that one source may make in a minute. Default 6000. */
  readonly requests_per_minute: number;
  /** Largest request body that may be read, bytes. Default 16 MiB. */
  readonly body_bytes: number;
  /** Least roles, so that not everybody is an administrator. Default 2. */
  readonly roles: number;
  /** Oldest record of a security test that counts, days. Default 30. */
  readonly test_record_days: number;
  /** Least free space where logs are written, percent. Default 10. */
  readonly free_disk_percent: number;
}

export const defaultThresholds: Thresholds = {
  certificate_days: 21,
  rsa_bits: 2048,
  session_idle_minutes: 60,
  session_max_hours: 24,
  session_id_bits: 128,
  requests_per_minute: 6_000,
  body_bytes: 16 * 1024 * 1024,
  roles: 2,
  test_record_days: 30,
  free_disk_percent: 10,
};
