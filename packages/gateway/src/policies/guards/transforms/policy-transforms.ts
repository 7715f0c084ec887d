import type { AnswerTransform } from '../../../answer/answer-transform.ts'
import type { Call } from '../../../call/call.ts'
import type { PreparedGuardrail } from '../prepared-guards.ts'
import { enforcedFormat } from './enforced-format.ts'
import { limitedLength } from './limited-length.ts'
import { strippedReasoning } from './stripped-reasoning.ts'

/**
 * What the policies of a call do to its answer, in their order. `told` is what a caller may be told of
 * the answer where that is an error. Throws a ModelError 400.
 */
export function policyTransforms(
  policies: readonly PreparedGuardrail[],
  call: Call,
  told: (text: string) => string,
): readonly AnswerTransform[] {
  return policies.flatMap((policy) =>
    policy.transforms.flatMap(({ change, name }) => {
      switch (change.type) {
        case 'StripReasoning':
          return [strippedReasoning]
        case 'Length':
          return [limitedLength(change.maxCharacters)]
        case 'Format':
          return (
            enforcedFormat(change, call, {
              told,
              onFormatted: (action) =>
                call.record.guardrails.push({
                  policy: policy.key,
                  guard: name,
                  phase: 'Output',
                  action,
                  findings: 1,
                }),
            }) ?? []
          )
      }
    }),
  )
}

/** Several as one, the first of them first; undefined for none. */
export function inOrder(transforms: readonly AnswerTransform[]): AnswerTransform | undefined {
  const [first, ...others] = transforms
  if (first === undefined || others.length === 0) return first
  return {
    name: 'guardrails',
    takes: 'events',
    apply: (answer) => transforms.reduce((changed, transform) => transform.apply(changed), answer),
  }
}
