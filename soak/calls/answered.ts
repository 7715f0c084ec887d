import { expectAnswer } from './chat.ts'
import type { SoakCall } from './soak-call.ts'

/** Calls that must be answered, in each dialect of a provider, whole and as a stream. */
export const answered: readonly SoakCall[] = [
  ...['openai', 'anthropic'].flatMap((model) =>
    [false, true].map((isStream): SoakCall => ({
      name: `${model}, ${isStream ? 'stream' : 'whole'}`,
      weight: 10,
      run: (site) =>
        expectAnswer(site, site.question(1 + site.random.below(60)), { model, isStream }),
    })),
  ),
  ...[false, true].map((isStream): SoakCall => ({
    name: `failing first target, ${isStream ? 'stream' : 'whole'}`,
    weight: 5,
    run: (site) => expectAnswer(site, site.question(10), { model: 'fallback', isStream }),
  })),
]
