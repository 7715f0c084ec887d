import { createHash } from 'node:crypto'
import { arrayOrEmpty, type JsonObject, objectOrEmpty } from '@fairlead/base'
import { chatFormatOf, type Dialect, type Item } from '@fairlead/llm'
import type { PromptTarget } from '../../plan/prompt-target.ts'
import type { PreparedPrompt } from '../conversations.ts'
import { wireRulesOf } from './strict-wire.ts'

/**
 * A provider that takes a request in its dialect, and no seal but those that it made for the same
 * account, model and prompt.
 */
export class StrictProvider {
  readonly target: PromptTarget
  readonly #dialect: Dialect
  /** What each compaction of its own stands for. */
  readonly #compacted = new Map<string, unknown>()

  constructor(dialect: Dialect, target: PromptTarget) {
    this.#dialect = dialect
    this.target = target
  }

  /** The request as the gateway writes it. Throws what the dialect's encoder throws. */
  wire({ items, tools }: Pick<PreparedPrompt, 'items' | 'tools'>): JsonObject {
    const format = chatFormatOf(this.#dialect)
    const request = {
      model: this.target.model,
      items,
      tools,
      settings: { reasoningEffort: 'high' },
      stream: false,
      includeUsage: false,
      extras: {},
      extrasDialect: 'a caller’s',
    }
    return objectOrEmpty(format.encodeRequest(format.withoutLostThinking?.(request) ?? request))
  }

  /** The rules that a request breaks, and the number of its seals. */
  check(sent: JsonObject): { readonly problems: readonly string[]; readonly seals: number } {
    const rules = wireRulesOf(this.#dialect.name)
    const wire = this.#expanded(sent)
    const found = rules.seals(wire)
    const invalid = found.filter(
      ({ prefixes, seal }) => !prefixes.some((prefix) => this.#seal(prefix) === seal),
    )
    return {
      problems: [...rules.broken(wire), ...invalid.map(({ seal }) => `invalid seal ${seal}`)],
      seals: found.length,
    }
  }

  /** Whether a request begins with what it has compacted. */
  isCompacted({ input }: JsonObject): boolean {
    return arrayOrEmpty(input).some((item) => objectOrEmpty(item)['type'] === 'compaction')
  }

  /** An answer before which the provider has compacted what it was sent, where its dialect can. */
  compacting(answer: readonly Item[], sent: JsonObject): readonly Item[] {
    const { name: dialect } = this.#dialect
    if (dialect !== 'openai-responses') return this.sealed(answer, sent)
    const wire = this.#expanded(sent)
    const seal = this.#seal(wireRulesOf(dialect).said(wire))
    this.#compacted.set(seal, wire['input'])
    const block = { type: 'compaction', id: 'cmp_1', encrypted_content: seal }
    const compaction = { type: 'fairlead:native', role: 'assistant', dialect, block } as const
    return [compaction, ...this.sealed(answer, sent)]
  }

  /** What was sent, with what each compaction stands for in front of it. */
  #expanded(sent: JsonObject): JsonObject {
    const items = arrayOrEmpty(sent['input']).map(objectOrEmpty)
    const at = items.findLastIndex(({ type }) => type === 'compaction')
    if (at === -1) return sent
    const before = this.#compacted.get(String(items[at]?.['encrypted_content']))
    return { ...sent, input: [...arrayOrEmpty(before), ...items.slice(at)] }
  }

  /** An answer with the provider's seals on it, where its dialect has any. */
  sealed(answer: readonly Item[], sent: JsonObject): readonly Item[] {
    const { name: maker } = this.#dialect
    const wire = this.#expanded(sent)
    const seal = this.#seal(wireRulesOf(maker).said(wire))
    const thought = [{ type: 'reasoning_text', text: 'so' }] as const
    switch (maker) {
      case 'anthropic-messages':
        return [
          ...(wire['thinking'] === undefined
            ? []
            : [
                {
                  type: 'reasoning',
                  maker,
                  summary: [],
                  content: thought,
                  signature: seal,
                } as const,
              ]),
          ...(seal < 'K' ? search(maker, seal) : []),
          ...answer,
        ]
      case 'bedrock-converse':
        return wire['additionalModelRequestFields'] === undefined
          ? answer
          : [
              { type: 'reasoning', maker, summary: [], content: thought, signature: seal },
              ...answer,
            ]
      case 'openai-responses':
        return [{ type: 'reasoning', maker, summary: [], encrypted_content: seal }, ...answer]
      case 'gemini': {
        const first = answer.findIndex(({ type }) => type === 'function_call')
        return answer.map((item, index) =>
          index === first && item.type === 'function_call'
            ? { ...item, maker, signature: seal }
            : item,
        )
      }
      default:
        return answer
    }
  }

  #seal(said: unknown): string {
    const { account, model, platform, provider } = this.target
    const sealed = JSON.stringify([account, model, platform, provider, said])
    return createHash('sha256').update(sealed).digest('base64')
  }
}

/** A search that the provider made itself, with a sealed result. */
function search(dialect: string, seal: string): readonly Item[] {
  const found = [{ type: 'web_search_result', url: 'https://example.com', encrypted_content: seal }]
  return [
    { type: 'server_tool_use', id: 's1', name: 'web_search', input: {} },
    { type: 'web_search_tool_result', tool_use_id: 's1', content: found },
  ].map((block) => ({ type: 'fairlead:native', role: 'assistant', dialect, block }))
}
