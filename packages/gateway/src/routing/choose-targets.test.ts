import { HeaderFields } from '@fairlead/http1'
import type { ModelFacts } from '../providers/model-facts.ts'
import { describe, expect, it } from 'vitest'
import { type ChoosableTarget, chooseTargets } from './choose-targets.ts'
import { weighted } from './strategies/weighted.ts'
import { priority } from './strategies/priority.ts'
import { callWith } from './test-support/call-with.ts'
import { targetOf } from './test-support/strategy-contract.ts'

const modelWith = (parts: Partial<ModelFacts>): ModelFacts => ({
  name: 'm',
  aliases: [],
  contextWindow: undefined,
  maxOutputTokens: undefined,
  capabilities: [],
  fromCatalogue: [],
  ...parts,
})

const choosable = (name: string, parts: Partial<ChoosableTarget> = {}): ChoosableTarget => ({
  ...targetOf(name),
  facts: undefined,
  lacks: () => undefined,
  ...parts,
})

const inOrder = { strategy: priority, stickiness: undefined }

describe('targets that cannot answer a call', () => {
  it.each<[string, Partial<ModelFacts>, Parameters<typeof callWith>[0], string | undefined]>([
    ['no list of capabilities', {}, { features: new Set(['Tools', 'Vision']) }, undefined],
    ['what is asked for', { capabilities: ['Tools'] }, { features: new Set(['Tools']) }, undefined],
    [
      'less than is asked for',
      { capabilities: ['Chat', 'Streaming'] },
      { features: new Set(['Streaming', 'Tools', 'Vision'] as const) },
      'its model lacks Tools, Vision',
    ],
    ['room enough', { contextWindow: 1000 }, { inputTokens: 500, outputTokensMax: 500 }, undefined],
    ['room within the margin', { contextWindow: 1000 }, { inputTokens: 1250 }, undefined],
    [
      'too little room for the input',
      { contextWindow: 1000 },
      { inputTokens: 1251 },
      'about 1251 input tokens do not fit into its context window of 1000',
    ],
    [
      'a prompt that is still to be fitted',
      { contextWindow: 9 },
      { inConversation: true },
      undefined,
    ],
    [
      'too little room for the output',
      { contextWindow: 1000 },
      { inputTokens: 100, outputTokensMax: 1000 },
      'about 100 input tokens and 1000 output tokens do not fit into its context window of 1000',
    ],
  ])('are passed over with %s: %o', (_name, facts, call, reason) => {
    const targets = [choosable('a', { facts: modelWith(facts) }), choosable('b')]
    const chosen = chooseTargets(targets, callWith(call), inOrder, () => 0)
    expect(chosen.targets.map(({ name }) => name)).toEqual(
      reason === undefined ? ['a', 'b'] : ['b'],
    )
    expect(chosen.unfit.map(({ target, reason: why }) => [target.name, why])).toEqual(
      reason === undefined ? [] : [['a', reason]],
    )
  })

  it('are asked all the same if only the catalogue says so, and nothing else is left', () => {
    const call = callWith({ features: new Set(['Vision']), inputTokens: 5000 })
    const capabilities = ['Tools']
    const byResource = choosable('resource', { facts: modelWith({ capabilities }) })
    const byCatalogue = choosable('catalogue', {
      facts: modelWith({ capabilities, fromCatalogue: ['capabilities'] }),
    })
    const tooSmall = choosable('small', {
      facts: modelWith({ contextWindow: 1000, fromCatalogue: ['contextWindow'] }),
    })
    const choose = (...targets: ChoosableTarget[]) => {
      const { targets: chosen, unfit } = chooseTargets(targets, call, inOrder, () => 0)
      return [chosen, unfit.map(({ target }) => target)].map((some) => some.map(({ name }) => name))
    }
    expect(choose(byResource, byCatalogue, tooSmall)).toEqual([
      ['catalogue', 'small'],
      ['resource'],
    ])
    expect(choose(byResource, byCatalogue, choosable('able'))).toEqual([
      ['able'],
      ['resource', 'catalogue'],
    ])
    const { unfit } = chooseTargets([byCatalogue, choosable('able')], call, inOrder, () => 0)
    expect(unfit[0]?.reason).toBe('its model lacks Vision, by the catalogue')
  })
})

describe('what related calls have in common', () => {
  const targets = ['a', 'b', 'c'].map((name) => choosable(name))
  const headers = new HeaderFields(['x-tenant', 'acme'])
  const caller = { ...callWith().caller, consumer: 'default/app' }

  it.each([
    [{ by: 'Conversation' } as const, { conversation: 'conv_1' }],
    [{ by: 'Consumer' } as const, { caller }],
    [{ by: 'Header', header: 'x-tenant' } as const, { headers }],
    [{ by: 'PromptPrefix' } as const, { promptPrefix: () => 'You are a helpful assistant.' }],
    [{ by: 'PromptPrefix' } as const, { conversation: 'conv_1' }],
  ])('decides instead of the strategy with %o', (stickiness, call) => {
    const settings = { strategy: weighted, stickiness }
    const choose = (point: number, parts = {}) =>
      chooseTargets(targets, callWith({ ...call, ...parts }), settings, () => point)
    const { targets: chosen, stickyKey } = choose(0)
    expect(choose(0.99)).toEqual(choose(0))
    expect(stickyKey).toMatch(/^[0-9a-f]{32}$/)
    expect(chosen).toHaveLength(3)
  })

  it.each([
    { by: 'Conversation' },
    { by: 'Consumer' },
    { by: 'Header', header: 'x-tenant' },
    { by: 'PromptPrefix' },
  ] as const)('leaves a call without it to the strategy: %o', (stickiness) => {
    const settings = { strategy: weighted, stickiness }
    const choose = (point: number) => chooseTargets(targets, callWith(), settings, () => point)
    expect(choose(0).stickyKey).toBeUndefined()
    expect(choose(0).targets[0]?.name).toBe('a')
    expect(choose(0.99).targets[0]?.name).toBe('c')
  })
})
