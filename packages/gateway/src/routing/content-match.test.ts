import { HeaderFields } from '@fairlead/http1'
import { describe, expect, it } from 'vitest'
import { routeOf } from '../test-support/snapshot.ts'
import type { ContentSource } from './call-content.ts'
import { RouteIndexer } from './route-index.ts'
import type { RoutedCall } from './routed-call.ts'
import { routingStrategies } from './routing-strategies.ts'
import { contentOf } from './test-support/call-content.ts'
import { callWith } from './test-support/call-with.ts'

const failures: (readonly [string, string])[] = []
const indexer = new RouteIndexer(routingStrategies, (route, failure) => {
  failures.push([route, failure])
})

function callOf(parts: Partial<ContentSource> = {}): RoutedCall {
  return callWith({ content: contentOf(parts) })
}

const saying = (user: string) => ({
  outline: () => ({ system: '', user, tools: [], hasImages: false }),
})

const found = (match: Parameters<typeof routeOf>[2], call: RoutedCall) =>
  indexer.index([routeOf('r', [{ provider: 'p' }], match)]).find(call)?.route.rule

describe('a rule with conditions on the content', () => {
  it.each([
    [{ promptTypes: ['Translation'] }, 'Translate to French: good morning', true],
    [{ promptTypes: ['Code', 'Math'] }, 'Translate to French: good morning', false],
    [{ complexity: { min: 0, max: 29 } }, 'Hello!', true],
    [{ complexity: { min: 65, max: 100 } }, 'Hello!', false],
    [{ promptTypes: ['Conversation'], complexity: { min: 65, max: 100 } }, 'Hello!', false],
  ] as const)('%j and the prompt "%s": %s', (match, user, expected) => {
    expect(found({ match }, callOf(saying(user))) === 'r').toBe(expected)
  })

  it('reads instructions, and what a PromptTemplate says', () => {
    const match = { promptTypes: ['Summarization'] } as const
    const text = 'The council met on Monday and spoke about the harbour.'
    const asInstructions = {
      outline: () => ({ system: 'Summarize the text.', user: text, tools: [], hasImages: false }),
    }
    expect(found({ match }, callOf(asInstructions))).toBe('r')
    const item = (role: 'system' | 'user', said: string) =>
      ({ type: 'message', role, content: [{ type: 'input_text', text: said }] }) as const
    const byTemplate = { ...saying(''), promptItems: [item('user', `Summarize this: ${text}`)] }
    expect(found({ match }, callOf(byTemplate))).toBe('r')
  })

  it('does not match when its expression cannot be evaluated, and says so', () => {
    const call = callOf()
    const match = { cel: "request.headers['x-tier'] == 'gold'" }
    expect(found({ match }, call)).toBeUndefined()
    expect(failures).toEqual([['policy/r', expect.stringContaining('does not exist')]])
    expect(call.content.failures).toEqual([
      { route: 'policy/r', failure: expect.stringContaining('does not exist') },
    ])
  })

  it('never shows an expression a credential', () => {
    const headers = HeaderFields.from({
      Authorization: 'Bearer x',
      'x-api-key': 'x',
      'api-key': 'x',
      'x-goog-api-key': 'x',
      cookie: 'x',
      'x-fairlead-key': 'x',
      'proxy-authorization': 'x',
      'x-tier': 'gold',
    })
    const match = { cel: "request.headers == {'x-tier': 'gold'}" }
    expect(found({ match }, callOf({ headers }))).toBe('r')
  })

  it('costs calls nothing where no rule asks, and once where several do', () => {
    let outlines = 0
    const call = callOf({
      outline() {
        outlines += 1
        return { system: '', user: 'Hello!', tools: [], hasImages: false }
      },
    })
    expect(found({}, call)).toBe('r')
    expect(found({ match: { models: ['other'], promptTypes: ['Code'] } }, call)).toBeUndefined()
    expect(outlines).toBe(0)
    for (const match of [{ promptTypes: ['Code'] }, { promptTypes: ['Math'] }] as const) {
      expect(found({ match }, call)).toBeUndefined()
    }
    expect(found({ match: { cel: 'request.hasImages' } }, call)).toBeUndefined()
    expect(outlines).toBe(1)
  })
})
