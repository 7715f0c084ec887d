import type { CatalogueModel, ModelFeature } from '@fairlead/llm'
import type { ProviderModel } from '@fairlead/snapshot'

/** What is known of a model at a provider, apart from its price. */
export interface ModelFacts extends Omit<ProviderModel, 'price'> {
  /** The fields that the resource leaves open and the catalogue gave. */
  readonly fromCatalogue: readonly CatalogueField[]
}

/** A field of LLMProvider `spec.models[]` that the catalogue can give. */
type CatalogueField = 'contextWindow' | 'maxOutputTokens' | 'capabilities'

const features: readonly ModelFeature[] = [
  'Streaming',
  'Tools',
  'Vision',
  'Audio',
  'StructuredOutput',
  'Reasoning',
]

/**
 * What the resource says of a model, and for what it leaves open what the catalogue knows; undefined
 * if neither says anything. Of capabilities the catalogue knows what is missing: all others are taken
 * to be there.
 */
export function modelFacts(
  name: string,
  declared: ProviderModel | undefined,
  known: CatalogueModel | undefined,
): ModelFacts | undefined {
  if (known === undefined) return declared && { ...declared, fromCatalogue: [] }
  const isDeclared = (field: CatalogueField) =>
    field === 'capabilities' ? declared?.capabilities.length : declared?.[field]
  const { contextWindow, maxOutputTokens, lacks } = known
  const capabilities = lacks.length === 0 ? [] : features.filter((each) => !lacks.includes(each))
  const given = { contextWindow, maxOutputTokens, capabilities: lacks.length || undefined }
  const fields = Object.keys(given) as CatalogueField[]
  return {
    name,
    aliases: declared?.aliases ?? [],
    contextWindow: declared?.contextWindow ?? contextWindow,
    maxOutputTokens: declared?.maxOutputTokens ?? maxOutputTokens,
    capabilities: isDeclared('capabilities') ? (declared?.capabilities ?? []) : capabilities,
    fromCatalogue: fields.filter((field) => !isDeclared(field) && given[field] !== undefined),
  }
}
