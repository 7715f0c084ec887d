import type { Catalogues } from './catalogue.ts'
import type { ReferenceEnd, ReferenceGrants } from './reference-grants.ts'

/** What is known of the target of a reference. */
type TargetState = 'usable' | 'unusable' | 'missing'

/** A question about other resources that was asked while one was judged, and what came back. */
export type Answer =
  | {
      readonly from: ReferenceEnd
      readonly to: ReferenceEnd & { readonly name: string }
      readonly permitted: boolean
    }
  | { readonly kind: string; readonly key: string; readonly state: TargetState }
  | {
      readonly kind: string
      readonly key: string
      readonly part: string
      readonly partsOf: PartsReader
      readonly found: boolean
    }
  | {
      readonly kind: string
      readonly key: string
      readonly read: TextReader
      readonly text: string | undefined
    }

/** What is asked of the settings of a resource, as one text. */
export type TextReader = (settings: unknown) => string

/** The names of the parts of a resource that can be referred to, from its settings. */
export type PartsReader = (settings: unknown) => readonly string[]

/** Whether the same questions get the same answers, so that a judgement based on them stands. */
export function answersHold(
  answers: readonly Answer[],
  grants: ReferenceGrants,
  catalogues: Catalogues,
): boolean {
  return answers.every((answer) => {
    if ('state' in answer) {
      return targetState(catalogues, answer.kind, answer.key) === answer.state
    }
    if ('read' in answer) {
      const { kind, key, read, text } = answer
      return textOfTarget(catalogues, kind, key, read) === text
    }
    if ('part' in answer) {
      const { kind, key, part, partsOf, found } = answer
      return partsOfTarget(catalogues, kind, key, partsOf).includes(part) === found
    }
    return grants.permits(answer.from, answer.to) === answer.permitted
  })
}

/** The names of the parts of a resource; none of one that is missing or cannot be used. */
export function partsOfTarget(
  catalogues: Catalogues,
  kind: string,
  key: string,
  partsOf: PartsReader,
): readonly string[] {
  const settings = catalogues.get(kind)?.byKey.get(key)?.settings
  return settings === undefined ? [] : partsOf(settings)
}

/** What is read of the settings of a resource; undefined of one that is missing or cannot be used. */
export function textOfTarget(
  catalogues: Catalogues,
  kind: string,
  key: string,
  read: TextReader,
): string | undefined {
  const settings = catalogues.get(kind)?.byKey.get(key)?.settings
  return settings === undefined ? undefined : read(settings)
}

/** The state of the resource with this kind and `namespace/name`. */
export function targetState(catalogues: Catalogues, kind: string, key: string): TargetState {
  const target = catalogues.get(kind)?.byKey.get(key)
  if (target === undefined) return 'missing'
  return target.settings === undefined ? 'unusable' : 'usable'
}
