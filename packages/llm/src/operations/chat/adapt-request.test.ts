import { describe, expect, it } from 'vitest'
import { ModelError } from '../../errors/model-error.ts'
import { adaptRequest, type AdaptationTarget } from './adapt-request.ts'
import { adaptationText } from './adaptation.ts'
import type { Item } from './item.ts'
import type { ModelRequest } from './model-request.ts'
import { featureSupport, type RequestFeature, type Support } from './request-feature.ts'

const plain: ModelRequest = {
  model: 'm',
  items: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] }],
  tools: [],
  settings: {},
  stream: false,
  includeUsage: false,
  extras: {},
  extrasDialect: 'callers',
}

function adapt(
  parts: Partial<ModelRequest>,
  {
    support = {},
    unsupported = 'Drop',
    ...target
  }: Omit<Partial<AdaptationTarget>, 'support'> & {
    readonly support?: Partial<Record<RequestFeature, Support>>
    readonly unsupported?: 'Error' | 'Drop' | 'Forward'
  } = {},
) {
  return adaptRequest(
    { ...plain, ...parts },
    { dialect: 'targets', ...target, support: featureSupport(support) },
    {
      unsupported,
      caller: { featureFields: { Stop: 'stop_sequences' }, restatedFields: ['thinking'] },
    },
  )
}

const said = (...parts: Parameters<typeof adapt>) => adaptationText(adapt(...parts).adapted)

function refusal(...parts: Parameters<typeof adapt>): unknown {
  try {
    return adapt(...parts)
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    const { code, message, param, status } = error
    return { status, code, param, message }
  }
}

describe('what a target knows', () => {
  it('is kept, and nothing is said', () => {
    const request = { ...plain, settings: { seed: 1, temperature: 0.5 } }
    expect(adapt(request)).toEqual({ request, adapted: [], forwarded: {} })
  })

  it('is what it emulates, which is said', () => {
    const responseFormat = { type: 'json_schema', name: 'n', schema: {} } as const
    const { request, adapted } = adapt({ responseFormat }, { support: { JsonSchema: 'Emulated' } })
    expect(request.responseFormat).toBe(responseFormat)
    expect(adaptationText(adapted)).toBe('emulated=json_schema')
  })
})

describe('a hint that a target does not know', () => {
  const hints = { settings: { seed: 7, topK: 3, temperature: 1 } }
  const support = { Seed: 'Dropped', TopK: 'Dropped' } as const

  it('is left out, and that is said', () => {
    const { request, adapted } = adapt(hints, { support })
    expect(request.settings).toEqual({ temperature: 1 })
    expect(adaptationText(adapted)).toBe('dropped=top_k,seed')
  })

  it('is refused where the provider says so', () => {
    expect(refusal(hints, { support, unsupported: 'Error' })).toEqual({
      status: 400,
      code: 'unsupported_parameter',
      param: 'top_k',
      message: "This model does not support 'top_k'. Omit 'top_k' or choose another model.",
    })
  })

  it('is sent all the same where the provider says so', () => {
    const { request, adapted, forwarded } = adapt(hints, { support, unsupported: 'Forward' })
    expect(request.settings).toEqual({ temperature: 1 })
    expect(forwarded).toEqual({ seed: 7, top_k: 3 })
    expect(adaptationText(adapted)).toBe('forwarded=top_k,seed')
  })

  it.each<[Partial<ModelRequest>, RequestFeature]>([
    [{ settings: { presencePenalty: 0 } }, 'PresencePenalty'],
    [{ settings: { reasoningEffort: 'none' } }, 'Reasoning'],
    [{ settings: { logitBias: {} } }, 'LogitBias'],
    [{ settings: { answers: 1 } }, 'MultipleAnswers'],
    [{ settings: { modalities: ['text'] } }, 'OutputModalities'],
    [{ parallelToolCalls: true }, 'ParallelToolCalls'],
    [{ extras: { n: 1 } }, 'MultipleAnswers'],
  ])('is none if it asks for nothing: %j', (parts, feature) => {
    for (const becomes of ['Dropped', 'Refused'] as const) {
      expect(said(parts, { support: { [feature]: becomes }, unsupported: 'Error' })).toBe('')
    }
  })
})

describe('what another answer would come of', () => {
  const audio: readonly Item[] = [
    {
      type: 'message',
      role: 'user',
      content: [{ type: 'input_audio', data: '', format: 'wav' }],
    },
  ]

  it.each<[Partial<ModelRequest>, RequestFeature, string, string]>([
    [{ settings: { answers: 2 } }, 'MultipleAnswers', 'n', "'n'"],
    [{ extras: { n: 2 } }, 'MultipleAnswers', 'n', "'n'"],
    [{ settings: { stop: ['x'] } }, 'Stop', 'stop_sequences', "'stop_sequences'"],
    [{ items: audio }, 'AudioInput', 'messages', 'audio input'],
    [{ tools: [{ name: 'f', custom: {} }] }, 'CustomTools', 'tools', 'tools that take free text'],
    [
      { tools: [{ name: 'f', native: {} }] },
      'ProviderTools',
      'tools',
      "tools that are built into another provider's API",
    ],
  ])('is refused, and named as the caller spells it: %j', (parts, feature, param, what) => {
    expect(refusal(parts, { support: { [feature]: 'Refused' } })).toEqual({
      status: 400,
      code: 'unsupported_parameter',
      param,
      message: `This model does not support ${what}. Omit '${param}' or choose another model.`,
    })
  })

  it('is sent all the same where the provider says so and a field can say it', () => {
    const support = { MultipleAnswers: 'Refused', AudioInput: 'Refused' } as const
    const forward = { support, unsupported: 'Forward' } as const
    expect(adapt({ settings: { answers: 2 } }, forward).forwarded).toEqual({ n: 2 })
    expect(refusal({ items: audio }, forward)).toMatchObject({ status: 400 })
  })
})

describe('what a target refuses together', () => {
  const conflicts = [
    { dropped: 'Reasoning', besides: 'ForcedToolChoice' },
    { dropped: 'Temperature', besides: 'Reasoning' },
    { dropped: 'TopP', besides: 'Temperature' },
  ] as const

  it.each<[Partial<ModelRequest>, string]>([
    [{ settings: { temperature: 1 } }, ''],
    [{ settings: { temperature: 1, topP: 1 } }, 'dropped=top_p'],
    [{ settings: { reasoningEffort: 'low', temperature: 1, topP: 1 } }, 'dropped=temperature'],
    [
      { settings: { reasoningEffort: 'low', temperature: 1 }, toolChoice: 'required' },
      'dropped=reasoning',
    ],
    [{ settings: { temperature: 1, topP: 1 }, extrasDialect: 'targets' }, ''],
  ])('loses one of two that are in force: %j', (parts, text) => {
    expect(said(parts, { conflicts })).toBe(text)
  })
})

describe('fields of another dialect', () => {
  const extras = { odd: { a: 1 }, thinking: {}, known: 1 }

  it('are never left out in silence', () => {
    const { request, adapted } = adapt({ extras }, { foreignFields: ['known'] })
    expect(request.extras).toEqual({ thinking: {}, known: 1 })
    expect(adaptationText(adapted)).toBe('dropped=odd')
    expect(refusal({ extras }, { unsupported: 'Error' })).toMatchObject({
      status: 400,
      param: 'odd',
    })
    expect(adapt({ extras }, { unsupported: 'Forward' }).forwarded).toEqual({
      odd: { a: 1 },
      known: 1,
    })
  })

  it('are refused where another answer would come of it', () => {
    expect(refusal({ extras: { n: 2 } })).toMatchObject({ status: 400, param: 'n' })
  })

  it('are no matter in the own dialect, or in none', () => {
    expect(said({ extras, extrasDialect: 'targets' })).toBe('')
    const { extrasDialect: _, ...written } = plain
    const target = { dialect: 'targets', support: featureSupport({}) }
    expect(adaptRequest({ ...written, extras }, target, { unsupported: 'Error' }).adapted).toEqual(
      [],
    )
  })

  it('keep hostile names', () => {
    const hostile = JSON.parse(
      '{"__proto__": {"a": 1}, "b\\n": 1, "": 2}',
    ) as ModelRequest['extras']
    const { adapted, forwarded } = adapt({ extras: hostile }, { unsupported: 'Forward' })
    expect(JSON.stringify({ ...forwarded })).toBe('{"__proto__":{"a":1},"b\\n":1,"":2}')
    expect(adaptationText(adapted)).toBe('forwarded=__proto__,+2')
  })
})

describe('what a server refuses by name', () => {
  const refuses = (...refusedParameters: string[]) => ({ refusedParameters, dialect: 'callers' })

  it('is left out if it is a hint, also in its own dialect', () => {
    const settings = { seed: 1, topK: 2 }
    const { request, adapted } = adapt({ settings }, refuses('seed', 'other'))
    expect(request.settings).toEqual({ topK: 2 })
    expect(adaptationText(adapted)).toBe('dropped=seed')
  })

  it('makes the server unfit if it is more', () => {
    expect(refusal({ settings: { answers: 2 } }, refuses('n'))).toMatchObject({
      status: 400,
      param: 'n',
    })
    const responseFormat = { type: 'json_object' } as const
    expect(refusal({ responseFormat }, refuses('response_format'))).toMatchObject({ status: 400 })
  })

  it('is left out without a word if it asks for nothing', () => {
    const { request, adapted } = adapt({ settings: { answers: 1 } }, refuses('n'))
    expect([request.settings, adapted]).toEqual([{}, []])
  })

  it('may be a field that only its dialect has', () => {
    const { request, adapted } = adapt({ extras: { odd: 1, kept: 1 } }, refuses('odd'))
    expect(request.extras).toEqual({ kept: 1 })
    expect(adaptationText(adapted)).toBe('dropped=odd')
  })

  it('is sent all the same where the provider says so', () => {
    const settings = { seed: 1 }
    const { forwarded } = adapt({ settings }, { ...refuses('seed'), unsupported: 'Forward' })
    expect(forwarded).toEqual({ seed: 1 })
  })
})

describe('the text of adaptations', () => {
  it('groups and bounds the names', () => {
    const extras = Object.fromEntries(Array.from({ length: 23 }, (_, index) => [`f${index}`, 1]))
    const support = { AllowedTools: 'Emulated' } as const
    expect(said({ extras, allowedTools: ['a'] }, { support })).toBe(
      `dropped=${Object.keys(extras).slice(0, 20).join(',')},+3; emulated=allowed_tools`,
    )
  })
})
