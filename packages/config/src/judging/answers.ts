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

/** Whether the same questions get the same answers, so that a judgement based on them stands. */
export function answersHold(
  answers: readonly Answer[],
  grants: ReferenceGrants,
  catalogues: Catalogues,
): boolean {
  return answers.every((answer) =>
    'state' in answer
      ? targetState(catalogues, answer.kind, answer.key) === answer.state
      : grants.permits(answer.from, answer.to) === answer.permitted,
  )
}

/** The state of the resource with this kind and `namespace/name`. */
export function targetState(catalogues: Catalogues, kind: string, key: string): TargetState {
  const target = catalogues.get(kind)?.byKey.get(key)
  if (target === undefined) return 'missing'
  return target.settings === undefined ? 'unusable' : 'usable'
}
