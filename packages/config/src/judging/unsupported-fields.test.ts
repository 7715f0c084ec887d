import { describe, expect, it } from 'vitest'
import {
  compileAll,
  conditionsOf,
  type Described,
  policy,
  rule,
  snapshotOf,
  prompt,
  provider,
} from '../test-support/resources.ts'

describe('fields that are not implemented', () => {
  const strategy = (spec: Record<string, unknown>): Described => ({
    kind: 'ContextStrategy',
    name: 'x',
    spec,
  })

  it.each<[string, Described, string]>([
    [
      'a second listener',
      {
        kind: 'LLMGateway',
        name: 'x',
        spec: {
          listeners: [
            { name: 'a', port: 8080 },
            { name: 'b', port: 8081 },
          ],
        },
      },
      'spec.listeners[1] (only the first listener is served)',
    ],
    [
      'files',
      {
        kind: 'AccessPolicy',
        name: 'x',
        spec: {
          targetRefs: [{ kind: 'LLMGateway', name: 'default' }],
          action: 'Deny',
          resources: { features: ['Files', 'Vision'] },
        },
      },
      'spec.resources.features[0] (files in messages are not recognised, and pass)',
    ],
    [
      'LeastCost',
      policy('x', [rule('r', {}, { strategy: 'LeastCost' })]),
      'spec.rules[0].strategy (targets are tried in their order, as with Priority)',
    ],
    [
      'TokenWindow',
      strategy({ history: { mode: 'TokenWindow' } }),
      'spec.history.mode (the full history is sent, as with Full)',
    ],
    [
      'sampling of a persona',
      { kind: 'Persona', name: 'x', spec: { instructions: 'i', settings: { topP: 1 } } },
      'spec.settings.topP (ignored)',
    ],
    [
      "a persona's caller",
      {
        kind: 'Persona',
        name: 'x',
        spec: { instructions: 'i', variables: [{ name: 'who', from: 'Consumer' }] },
      },
      'spec.variables[0].from',
    ],
    [
      'sampling of a prompt',
      prompt({ settings: { stop: ['x'] } }, {}, { name: 'x' }),
      'spec.versions[0].settings.stop (ignored)',
    ],
  ])('such as %s are named', (_, described, message) => {
    const { Accepted } = conditionsOf(compileAll(described), described.kind, 'default/x')
    expect(Accepted).toMatchObject({
      status: 'True',
      reason: 'PartiallySupported',
      message: expect.stringContaining(message),
    })
  })

  it('run what the condition says instead', () => {
    const snapshot = snapshotOf(
      policy('x', [rule('r', {}, { strategy: 'LeastCost' })]),
      strategy({ history: { mode: 'Summarize' } }),
    )
    expect(snapshot?.routes[0]?.strategy).toBe('Priority')
    expect(snapshot?.contextStrategies.get('default/x')?.history).toEqual({ mode: 'Full' })
  })

  it('are not named while they ask for nothing', () => {
    const described = [
      provider({ type: 'Simulator', limits: {}, models: [] }),
      policy('x', [
        rule(
          'r',
          { cel: '', promptTypes: [], inputTokens: { min: 0 } },
          {
            stickiness: { by: 'None' },
            targets: ['p', 'simulator'].map((name) => ({ name, providerRef: { name } })),
          },
        ),
      ]),
      strategy({ retrieval: { mode: 'None', maxTokens: 2000 } }),
      strategy({ retrieval: { mode: 'Vector', model: 'embeddings' } }),
    ]
    const reasons = compileAll(...described).conditions.map((one) => one.conditions[0]?.reason)
    expect(new Set(reasons)).toEqual(new Set(['Accepted']))
  })
})
