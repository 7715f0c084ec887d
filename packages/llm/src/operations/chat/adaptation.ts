import type { RequestFeature } from './request-feature.ts'

/** Something that was asked for and reached the provider in another way, or not at all. */
export interface Adaptation {
  /** A feature as `featureName` writes it, or a field that no dialect but the caller's has. */
  readonly name: string
  readonly as: 'Dropped' | 'Emulated' | 'Forwarded'
}

/** `json_schema` for `JsonSchema`: as features stand in headers and logs. */
export function featureName(feature: RequestFeature): string {
  return feature.replaceAll(/(?!^)[A-Z]/g, '_$&').toLowerCase()
}

const kinds = ['Dropped', 'Emulated', 'Forwarded'] as const

/** Names of fields are the caller's: what does not look like one is not repeated. */
const plainName = /^[\w.-]{1,64}$/

/** Names in one text; the number of all others follows. */
const namesMax = 20

/**
 * All adaptations in one text, such as `dropped=seed,top_k; emulated=json_schema`; at most 20 names
 * of each kind, then as `+3` how many more there are. Empty for none. Fit for a header.
 */
export function adaptationText(adapted: readonly Adaptation[]): string {
  return kinds
    .flatMap((kind) => {
      const names = adapted.filter(({ as }) => as === kind).map(({ name }) => name)
      if (names.length === 0) return []
      const told = names.filter((name) => plainName.test(name)).slice(0, namesMax)
      const more = names.length - told.length
      return [`${kind.toLowerCase()}=${[...told, ...(more > 0 ? [`+${more}`] : [])].join(',')}`]
    })
    .join('; ')
}
