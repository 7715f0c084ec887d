import { rateLimitHeaders } from '../../headers/rate-limit.ts'

/** https://platform.claude.com/docs/en/api/rate-limits#response-headers: times are RFC 3339. */
export const anthropicRateLimits = rateLimitHeaders({
  counted: [
    'requests',
    'tokens',
    'input-tokens',
    'output-tokens',
    'priority-input-tokens',
    'priority-output-tokens',
  ],
  nameOf: (what, field) => `anthropic-ratelimit-${what}-${field}`,
  readReset: (text) => {
    const resetMs = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN
    return Number.isNaN(resetMs) ? undefined : resetMs
  },
  // As Anthropic writes it: in whole seconds, and never before the limit is full.
  writeReset: (resetMs) =>
    new Date(Math.min(Math.ceil(resetMs / 1000) * 1000, timeMsMax))
      .toISOString()
      .replace('.000Z', 'Z'),
})

/** The last time that a Date can hold in a year of four digits. */
const timeMsMax = Date.UTC(9999, 11, 31)
