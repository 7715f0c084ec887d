import { readString } from '../../json/request-field.ts'

/**
 * Whether a call may use capacity that is kept for its account, in the words of both sides:
 * https://platform.claude.com/docs/en/api/service-tiers
 */
const tiers: readonly (readonly [string, string])[] = [
  ['auto', 'auto'],
  ['standard_only', 'default'],
]

/** Reads the tier that a caller asks for. */
export function decodeServiceTier(value: unknown, param: string): string {
  const tier = readString(value, param)
  return tiers.find(([own]) => own === tier)?.[1] ?? tier
}

/** Writes a tier that is asked for; undefined for one that the API does not have. */
export function encodeServiceTier(tier: string | undefined): string | undefined {
  if (tier === 'priority') return 'auto'
  return tiers.find(([own, shared]) => tier === shared || tier === own)?.[0]
}

/** Reads the tier that an answer came from. */
export function decodeAnswerTier(value: unknown): string | undefined {
  if (value === 'standard') return 'default'
  return value === 'priority' ? value : undefined
}

/** Writes the tier of an answer; undefined for one that the API does not have. */
export function encodeAnswerTier(tier: string | undefined): string | undefined {
  if (tier === 'default') return 'standard'
  return tier === 'priority' ? tier : undefined
}
