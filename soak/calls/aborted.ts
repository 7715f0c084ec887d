import { askChat, errorCode } from './chat.ts'
import type { CallSite, SoakCall } from './soak-call.ts'

/** The longest time after which a caller leaves: a little more than the longest stream takes. */
const patienceMsMax = 300

/** Asks and leaves at a random moment; the answer may be complete by then. */
export async function abortAtRandom(
  site: CallSite,
  options: { readonly model: string; readonly isStream: boolean; readonly context?: object },
): Promise<void> {
  const signal = AbortSignal.timeout(site.random.below(patienceMsMax))
  try {
    const response = await askChat(site, site.question(60), { ...options, signal })
    const body = await response.text()
    if (response.status >= 500) throw new Error(`${response.status} ${errorCode(body)}`)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** Callers who leave. */
export const aborted: readonly SoakCall[] = ['openai', 'anthropic', 'fallback'].map((model) => ({
  name: `caller leaves, ${model}`,
  weight: 4,
  run: (site) => abortAtRandom(site, { model, isStream: site.random.chance(0.7) }),
}))
