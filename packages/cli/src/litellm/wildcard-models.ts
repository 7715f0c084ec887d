import { providerTypes } from '@fairlead/gateway'
import { listedModels, presets } from '@fairlead/llm'
import type { Deployment } from './deployment.ts'
import type { ModelGroup } from './model-groups.ts'
import type { ConversionNotes } from './conversion-notes.ts'
import type { ProviderBook } from './provider-book.ts'
import { otherUseOf } from './model-vendor.ts'

/**
 * The model that a target of a group with `*` asks for; undefined: the one that the caller named.
 * LiteLLM puts what the `*` stood for into the name that it asks for; here, where that is another
 * name than the caller's, the provider lists its models with the callers' names as aliases.
 */
export function wildcardTargetModel(
  { name }: Pick<ModelGroup, 'name'>,
  { model, place, spec }: Deployment,
  provider: string,
  providers: ProviderBook,
  notes: ConversionNotes,
): string | undefined {
  if (!model.includes('*')) return model
  if (model === name) return undefined
  const prefix = model.slice(0, model.indexOf('*'))
  const models = catalogueModels(spec).filter(
    (each) => each.startsWith(prefix) && otherUseOf(each, undefined) === undefined,
  )
  const left = providers.addAliases(
    provider,
    models.map((each) => [each, filledIn(name, each.slice(prefix.length))]),
  )
  const example = filledIn(name, 'NAME')
  notes.add(
    models.length === 0 ? 'lost' : 'changed',
    place,
    models.length === 0
      ? `${JSON.stringify(name)} needs the models of the provider: list them in spec.models of LLMProvider ${provider}, each with the alias that callers use, such as ${example}`
      : `${JSON.stringify(name)} means the ${models.length - left} models that Fairlead knows of the vendor, which LLMProvider ${provider} lists with aliases; add others there as ${example}${left > 0 ? `: ${left} more had no room` : ''}`,
  )
  return undefined
}

/** What a name with `*` is asked for at a provider, for one name that callers may use. */
export function modelFor(asked: string, group: string, model: string): string {
  if (!model.includes('*') || !group.includes('*')) return model
  const [before = '', after = ''] = group.split('*')
  return filledIn(model, asked.slice(before.length, asked.length - after.length))
}

function filledIn(pattern: string, text: string): string {
  return pattern.replace('*', () => text)
}

/** The models that the catalogue has of a provider. */
function catalogueModels({ type, preset }: Deployment['spec']): readonly string[] {
  const vendor =
    preset === undefined
      ? providerTypes.find((each) => each.type === type)?.catalogueVendor
      : presets.get(preset)?.models
  return vendor === undefined ? [] : listedModels(vendor)
}
