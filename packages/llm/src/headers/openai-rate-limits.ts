import { rateLimitHeaders } from './rate-limit.ts'

/**
 * https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers: used by every format
 * that OpenAI has, and by most servers that speak one. The time is a duration: `1s`, `6m0s`, `20ms`.
 */
export const openAiRateLimits = rateLimitHeaders({
  counted: ['requests', 'tokens', 'project-tokens'],
  nameOf: (what, field) => `x-ratelimit-${field}-${what}`,
  readReset: (text, nowMs) => {
    const duration = readDuration(text)
    return duration === undefined ? undefined : nowMs + duration
  },
  writeReset: (resetMs, nowMs) => writeDuration(Math.max(0, resetMs - nowMs)),
})

const unitMs: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
}

/** Milliseconds of a duration as Go writes it; of a number without a unit, which is in seconds. */
function readDuration(text: string): number | undefined {
  if (/^\d{1,12}(?:\.\d{1,9})?$/.test(text)) return Number(text) * 1000
  if (!/^(?:\d{1,12}(?:\.\d{1,9})?(?:ms|h|m|s)){1,4}$/.test(text)) return undefined
  let sum = 0
  for (const [, amount, unit = ''] of text.matchAll(/([\d.]+)(ms|h|m|s)/g)) {
    sum += Number(amount) * (unitMs[unit] ?? 0)
  }
  return sum
}

function writeDuration(durationMs: number): string {
  const rounded = Math.round(durationMs)
  if (rounded < 1000) return `${rounded}ms`
  const hours = Math.floor(rounded / 3_600_000)
  const minutes = Math.floor(rounded / 60_000) % 60
  const seconds = (rounded % 60_000) / 1000
  const minutesText = hours > 0 || minutes > 0 ? `${minutes}m` : ''
  return `${hours > 0 ? `${hours}h` : ''}${minutesText}${seconds}s`
}
