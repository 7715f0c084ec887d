import { describe, expect, it } from 'vitest'
import { adaptRequest } from './adapt-request.ts'
import { adaptationText } from './adaptation.ts'
import type { Item } from './item.ts'
import type { ModelRequest } from './model-request.ts'
import { featureSupport, type RequestFeature, type Support } from './request-feature.ts'

const plain: ModelRequest = {
  model: 'm',
  items: [],
  tools: [],
  settings: {},
  stream: false,
  includeUsage: false,
  extras: {},
  extrasDialect: 'callers',
}

function adapt(
  parts: Partial<ModelRequest>,
  support: Partial<Record<RequestFeature, Support>> = {},
  {
    dialect = 'targets',
    unsupported = 'Drop',
  }: { dialect?: string; unsupported?: 'Error' | 'Drop' } = {},
) {
  return adaptRequest(
    { ...plain, ...parts },
    { dialect, support: featureSupport(support) },
    { unsupported },
  )
}

describe('the history', () => {
  const items: readonly Item[] = [
    { type: 'reasoning', summary: [], signature: 's', maker: 'others' },
    { type: 'fairlead:native', role: 'assistant', dialect: 'others', block: {} },
    { type: 'message', role: 'user', name: 'Ada', content: [] },
  ]

  it('is never refused for what earlier answers contain', () => {
    const all = 'dropped=reasoning_replay,native_items'
    const { adapted } = adapt({ items }, {}, { unsupported: 'Error' })
    expect(adaptationText(adapted)).toBe(all)
  })

  it('of the own dialect is kept', () => {
    expect(adapt({ items }, {}, { dialect: 'others' }).adapted).toEqual([])
  })

  it('that says nothing else is refused, rather than sent as nothing', () => {
    const strange = items.filter(({ type }) => type === 'fairlead:native')
    expect(() => adapt({ items: strange })).toThrow('understands no part of what was sent')
    expect(adapt({ items: strange }, {}, { dialect: 'others' }).adapted).toEqual([])
  })

  it('loses marks of what to cache, and thinking, where they are unknown', () => {
    const cache_control = { type: 'ephemeral' } as const
    const marked = {
      cacheControl: cache_control,
      tools: [{ name: 'f', cacheControl: cache_control }],
      items: [
        ...items,
        {
          type: 'message',
          role: 'user',
          content: [{ type: 'input_text', text: 'x', cache_control }],
        },
        {
          type: 'function_call_output',
          call_id: 'c',
          output: [{ type: 'input_text', text: 'x', cache_control }],
          cache_control,
        },
      ],
    } as const
    const support = { CacheControl: 'Dropped', ReasoningReplay: 'Dropped' } as const
    const { adapted, request } = adapt(marked, support)
    expect(JSON.stringify(request)).not.toMatch(/cache|reasoning/i)
    expect(adaptationText(adapted)).toBe('dropped=reasoning_replay,cache_control,native_items')
  })

  it('loses the names of speakers where they are unknown', () => {
    const { request } = adapt({ items }, { MessageName: 'Dropped' })
    expect(request.items.at(-1)).toEqual({ type: 'message', role: 'user', content: [] })
  })
})
