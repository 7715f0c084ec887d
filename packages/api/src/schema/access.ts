import { setList, text } from './fields.ts'

type ListOptions = { readonly default: readonly string[] }

function allowed(description: string, options: ListOptions) {
  return setList(
    description,
    text('A name, or a prefix of one followed by *.', {
      min: 1,
      max: 317,
      pattern: '^[^\\s*]*\\*?$',
    }),
    { max: 256, default: [...options.default] },
  )
}

/**
 * The lists of what a caller may use, all with the same default, which `defaultText` puts into words.
 * A pattern without a namespace means that of the resource; `other/*` needs a ReferenceGrant.
 */
export function accessFields(defaultTo: readonly string[], defaultText: string) {
  const options = { default: defaultTo }
  return {
    models: allowed(`Models that may be called. ${defaultText}`, options),
    promptTemplates: allowed(`PromptTemplates that may be used. ${defaultText}`, options),
    personas: allowed(`Personas that may be used. ${defaultText}`, options),
    contextStrategies: allowed(`ContextStrategies that may be used. ${defaultText}`, options),
  }
}
