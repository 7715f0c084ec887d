import { Type, type Static, type TSchema } from 'typebox'
import { callMatchFields } from './call-match.ts'
import { conditions } from './conditions.ts'
import { atomicList, choice, object, text } from './fields.ts'
import { objectName } from './formats.ts'

/** `spec.targetRefs`: resources of the policy's namespace that it is attached to, as a whole. */
export function targetReferences<const Kind extends string>(
  description: string,
  kinds: readonly Kind[],
) {
  const target = object('A resource of the same namespace.', identity(kinds))
  return list(
    description,
    target,
    'self.all(a, self.exists_one(b, a.kind == b.kind && a.name == b.name))',
  )
}

/** The same, of which those of the kinds in `sections` can be a part of the resource. */
export function targetReferencesWithSections<const Kind extends string>(
  description: string,
  kinds: readonly Kind[],
  sections: { readonly kinds: readonly NoInfer<Kind>[]; readonly description: string },
) {
  const whole = kinds.filter((kind) => !sections.kinds.includes(kind))
  const sectionName = text(sections.description, { min: 1, max: 256, pattern: '^[^\\s]+$' })
  const target = object(
    'A resource of the same namespace.',
    { ...identity(kinds), sectionName: Type.Optional(sectionName) },
    {
      rules: [
        {
          rule: `!has(self.sectionName) || !(self.kind in [${whole.map((kind) => `'${kind}'`).join(', ')}])`,
          message: `sectionName goes with ${sections.kinds.join(' and ')} only: leave it out`,
        },
      ],
    },
  )
  return list(
    description,
    target,
    "self.all(a, self.exists_one(b, a.kind == b.kind && a.name == b.name && (has(a.sectionName) ? a.sectionName : '') == (has(b.sectionName) ? b.sectionName : '')))",
  )
}

function identity<const Kind extends string>(kinds: readonly Kind[]) {
  return { kind: choice('Kind of the resource.', kinds), name: objectName('Name of the resource.') }
}

function list<Target extends TSchema>(description: string, target: Target, rule: string) {
  return atomicList(description, target, {
    min: 1,
    max: 16,
    rules: [{ rule, message: 'a target stands twice' }],
  })
}

/** Which of the calls at a policy's targets it is for. */
export const policyMatch = object(
  'Which of the calls at the targets the policy is for. Every given field must match; an absent field or an empty list matches all calls.',
  {
    ...callMatchFields,
    cel: text(
      'CEL expression over request, consumer, claims, conversation and prompt that must evaluate to true. If it cannot be evaluated for a call, the policy holds for the call. Empty: no condition.',
      { max: 4096, default: '' },
    ),
  },
  { default: {} },
)

/** `spec.mode` of a policy. */
export const policyMode = choice(
  'Enforce: calls are refused; Shadow: what would be refused is decided, counted and logged, and nothing is refused. Defaults to Enforce.',
  ['Enforce', 'Shadow'],
  { default: 'Enforce' },
)

const targetStatus = object('Status of the policy at one target.', {
  targetRef: object('The target.', {
    kind: text('Kind of the resource.', { min: 1, max: 63 }),
    name: text('Name of the resource.', { min: 1, max: 253 }),
    sectionName: Type.Optional(text('Part of the resource.', { max: 256 })),
  }),
  conditions: conditions(
    'Accepted: whether the target exists and takes the policy; Enforced: whether every replica that serves it enforces the policy.',
  ),
})

/** `status.targets`. */
export function targetStatuses() {
  return Type.Optional(
    atomicList('Status of the policy at each target.', targetStatus, { max: 32 }),
  )
}

export type PolicyMatchSpec = Static<typeof policyMatch>

/** One of a policy's `spec.targetRefs`. */
export interface PolicyTargetReference {
  readonly kind: 'LLMGateway' | 'RoutingPolicy' | 'LLMProvider' | 'PromptTemplate' | 'Consumer'
  readonly name: string
  readonly sectionName?: string
}
