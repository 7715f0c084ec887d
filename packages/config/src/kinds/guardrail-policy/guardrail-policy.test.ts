import { describe, expect, it } from 'vitest'
import {
  compileAll,
  conditionsOf,
  snapshotOf,
  type Described,
} from '../../test-support/resources.ts'

const policy = (spec: object, name = 'a'): Described => ({
  kind: 'GuardrailPolicy',
  name,
  spec: {
    targetRefs: [{ kind: 'LLMGateway', name: 'default' }],
    guards: [guard({})],
    ...spec,
  },
})

const guard = (fields: object) => ({
  name: 'g',
  phases: ['Input'],
  action: 'Mask',
  ...('regex' in fields || 'keywords' in fields ? {} : { builtin: { detectors: ['Email'] } }),
  ...fields,
})

const accepted = (spec: object) =>
  conditionsOf(compileAll(policy(spec)), 'GuardrailPolicy', 'default/a').Accepted

describe('a GuardrailPolicy', () => {
  it('is in the snapshot with its defaults', () => {
    expect(snapshotOf(policy({}))?.guardrailPolicies).toMatchObject([
      {
        name: 'a',
        order: 100,
        mode: 'Enforce',
        failureMode: 'Closed',
        refusal: 'This request was blocked by policy.',
        stream: { mode: 'HoldBack', window: 8192 },
        guards: [
          {
            name: 'g',
            phases: ['Input'],
            look: { detectors: ['Email'], sensitivity: 'Medium', patterns: [], keywords: [] },
            action: { type: 'Mask', reversible: false },
            samplePercent: 100,
          },
        ],
      },
    ])
  })

  it('comes before those with a higher order, then by name', () => {
    const all = snapshotOf(
      policy({ order: 200 }, 'a'),
      policy({}, 'c'),
      policy({}, 'b'),
      policy({ order: 1 }, 'd'),
    )
    expect(all?.guardrailPolicies.map(({ name }) => name)).toEqual(['d', 'b', 'c', 'a'])
  })

  it.each(['(', 'a*', '(?=x)'])('with the pattern %j is invalid, and holds nowhere', (pattern) => {
    const spec = { guards: [guard({ regex: { patterns: ['ok', pattern] } })] }
    expect(accepted(spec)).toMatchObject({
      status: 'False',
      reason: 'Invalid',
      message: expect.stringContaining('spec.guards[0].regex.patterns[1]: '),
    })
    expect(snapshotOf(policy(spec))?.guardrailPolicies).toEqual([])
  })

  it.each<[string, object]>([
    ['masks where text has left', { stream: { mode: 'RejectOnly' } }],
    ['looks for what has any length', { guards: [guard({ regex: { patterns: ['a+'] } })] }],
    ['looks farther than the window', { stream: { window: 16 } }],
  ])('that %s cannot hold on streams', (_, spec) => {
    const { guards = [guard({})], ...others } = spec as { guards?: readonly object[] }
    const looking = guards.map((one) => ({ ...one, phases: ['Output'] }))
    expect(accepted({ ...others, guards: looking })).toMatchObject({
      status: 'False',
      reason: 'UnsupportedOnStreams',
    })
    expect(accepted({ ...others, guards })).toMatchObject({ status: 'True' })
    const buffered = { stream: { mode: 'Buffer' }, guards: looking }
    expect(accepted(buffered)).toMatchObject({ status: 'True' })
  })
})

describe('transforms of a GuardrailPolicy', () => {
  const transform = (fields: object) => ({ guards: [], transforms: [{ name: 't', ...fields }] })
  const schema = { type: 'object', required: ['a'] }

  it('are in the snapshot with their defaults', () => {
    const spec = transform({ format: { schemaFrom: 'Spec', schema } })
    expect(snapshotOf(policy(spec))?.guardrailPolicies[0]?.transforms).toEqual([
      {
        name: 't',
        change: {
          type: 'Format',
          schema,
          repair: true,
          retries: 1,
          model: undefined,
          onFailure: 'Fail',
        },
      },
    ])
    expect(accepted(transform({ strip: ['Reasoning'] }))).toMatchObject({ status: 'True' })
    expect(accepted(transform({ length: { maxCharacters: 9 } }))).toMatchObject({ status: 'True' })
  })

  it.each<[string, object]>([
    ['spec: it does nothing', { guards: [] }],
    [
      'spec.mode: transforms have no Shadow',
      { ...transform({ strip: ['Reasoning'] }), mode: 'Shadow' },
    ],
    [
      'spec.transforms[0].format.schema: #/type: "thing" is not a type',
      transform({ format: { schemaFrom: 'Spec', schema: { type: 'thing' } } }),
    ],
  ])('are invalid: %s', (message, spec) => {
    expect(accepted(spec)).toMatchObject({
      status: 'False',
      reason: 'Invalid',
      message: expect.stringContaining(message),
    })
  })
})
