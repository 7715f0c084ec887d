/**
 * The words of `reasoning_details[].format` for the dialects that seal reasoning:
 * https://openrouter.ai/docs/use-cases/reasoning-tokens#reasoning_details-array-structure
 */
const formats: readonly (readonly [maker: string, format: string])[] = [
  ['anthropic-messages', 'anthropic-claude-v1'],
  ['openai-responses', 'openai-responses-v1'],
  ['gemini', 'google-gemini-v1'],
]
const formatByMaker = new Map(formats)
const makerByFormat = new Map(formats.map(([maker, format]) => [format, maker]))

const unknownFormat = 'unknown'

/** Whoever sealed a text that names its format; one without a dialect here is known by its format. */
export function makerOf(format: unknown): string {
  if (typeof format !== 'string' || format === '' || format === unknownFormat) return 'openai-chat'
  return makerByFormat.get(format) ?? format
}

/** The format of what a dialect sealed. */
export function formatOf(maker: string): string {
  return maker === 'openai-chat' ? unknownFormat : (formatByMaker.get(maker) ?? maker)
}
