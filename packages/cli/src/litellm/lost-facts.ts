import type { ConversionNotes } from './conversion-notes.ts'
import type { Deployment } from './deployment.ts'
import type { ProviderBook } from './provider-book.ts'

/** Tells of prices and sizes that no LLMProvider can have: of patterns, and of too many models. */
export function tellLostFacts(
  providerOf: ReadonlyMap<Deployment, string>,
  providers: ProviderBook,
  notes: ConversionNotes,
): void {
  const told = new Set<string>()
  for (const [{ entry, place }, provider] of providerOf) {
    const { name, ...facts } = entry
    if (Object.keys(facts).length === 0) continue
    if (name.includes('*')) {
      notes.add(
        'lost',
        place,
        `the prices and sizes are those of ${name}: a provider has them for each model by itself`,
      )
    } else if (providers.listsNone(provider) && !told.has(provider)) {
      told.add(provider)
      notes.add(
        'lost',
        place,
        `LLMProvider ${provider} has more models than it can list, so that none has the prices and sizes that are given here`,
      )
    }
  }
}
