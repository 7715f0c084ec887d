import type { Snapshot } from '@fairlead/snapshot'
import { bedrockType } from '../bedrock-server.ts'
import { guardOf, guardrailOf } from '../guardrail-policy.ts'
import {
  keyedProvider,
  personaOf,
  promptOf,
  routeOf,
  simulatorOf,
  snapshotOf,
  strategyOf,
} from '../snapshot.ts'

/** A configuration in which every surface reaches a provider of every format. */
export function fuzzedSnapshot(upstream: string): Snapshot {
  return snapshotOf({
    gateway: { defaultModel: 'openai' },
    providers: [
      keyedProvider('openai', { baseURL: upstream }),
      keyedProvider('anthropic', { baseURL: upstream, type: 'Anthropic' }),
      keyedProvider('gemini', { baseURL: `${upstream}beta`, type: 'Gemini' }),
      keyedProvider('bedrock', { baseURL: new URL(upstream).origin, ...bedrockType() }),
      simulatorOf('simulator'),
    ],
    routes: [
      ...['openai', 'gemini', 'simulator'].map((model) =>
        routeOf(model, [{ provider: model }], { match: { models: [model] } }),
      ),
      routeOf('bedrock', [{ provider: 'bedrock', model: 'amazon.nova-pro-v1:0' }], {
        match: { models: ['bedrock'] },
      }),
      routeOf('anthropic', [{ provider: 'anthropic', model: 'claude-opus-5' }], {
        match: { models: ['anthropic'] },
      }),
    ],
    guardrailPolicies: [
      guardrailOf('fuzzed', {
        match: { models: ['gemini', 'bedrock'], groups: [], consumers: [], headers: [], cel: '' },
        guards: [
          guardOf('pii'),
          guardOf('words', {
            look: { keywords: ['text'], patterns: ['[0-9]{3,9}'] },
            action: { type: 'Replace', with: 'it' },
          }),
        ],
      }),
    ],
    prompts: [
      promptOf(
        'summarise',
        [
          {
            version: '1',
            messages: [
              { role: 'system', content: 'Be short.' },
              { role: 'user', content: 'Summarise {{text}} {{options}}' },
            ],
            parameters: {
              type: 'object',
              required: ['text'],
              properties: {
                text: { type: 'string', maxLength: 10_000 },
                options: { type: 'object', default: { short: true } },
              },
            },
            model: 'anthropic',
          },
        ],
        { path: '/summarise' },
      ),
    ],
    strategies: [
      strategyOf('remembering', {
        memory: {
          recall: 'BM25',
          maxTokens: 500,
          extract: { model: 'simulator', maxNotes: 10, maxNoteTokens: 60, ttlMs: 60_000 },
        },
      }),
    ],
    personas: [
      personaOf('p', {
        instructions: 'You are {{name}}.',
        variables: [],
        tools: [],
      }),
    ],
  })
}
