import type { ContentPart, Item } from '../operations/chat/item.ts'
import type { ModelResponse } from '../operations/chat/model-response.ts'
import { type Seal, sealedThought } from './random-thought.ts'
import { RandomValues } from './random-values.ts'

/** Whose answer is made up. */
interface AnswerMaker {
  readonly dialect: string
  /** Blocks that only the dialect knows. */
  readonly nativeBlocks: readonly Readonly<Record<string, unknown>>[]
  readonly seals: readonly Seal[]
  /** Whether it has no tools. */
  readonly isBare: boolean
}

/** An answer of a provider that speaks a dialect: thinking, then text or a refusal, then calls. */
export function randomAnswer(random: () => number, maker: AnswerMaker): ModelResponse {
  const { dialect, nativeBlocks } = maker
  const values = new RandomValues(random)
  const calls = !maker.isBare && values.chance(0.4) ? callsOf(values) : []
  const refuses = calls.length === 0 && values.chance(0.1)
  const said: Item = {
    type: 'message',
    role: 'assistant',
    status: 'completed',
    content: refuses ? [{ type: 'refusal', refusal: values.text() }] : textParts(values),
  }
  const stopped = calls.length === 0 && !refuses && values.chance(0.2)
  return {
    id: values.id('answer'),
    model: 'real-model',
    createdAt: 1_700_000_000 + values.below(1000),
    output: [
      ...values.some<Item>(thought(values, maker), 0.4),
      ...nativeBlocks.flatMap((block): Item[] =>
        values.some<Item>({ type: 'fairlead:native', role: 'assistant', dialect, block }, 0.2),
      ),
      ...(calls.length > 0 ? values.some(said, 0.5) : [said]),
      ...calls,
    ],
    finishReason:
      calls.length > 0 ? 'tool_calls' : stopped ? 'stop' : values.pick(['stop', 'length']),
    ...values.maybe('usage', usageOf(values), 0.8),
    ...(stopped ? { stopSequence: values.text() } : {}),
    ...values.maybe('serviceTier', 'default', 0.2),
    ...values.maybe('extras', { dialect, fields: { odd_answer: values.object() } }, 0.2),
  }
}

function thought(values: RandomValues, maker: AnswerMaker): Item {
  const sealed = values.chance(0.7)
  return { ...sealedThought(values, sealed ? maker : { ...maker, seals: [] }), status: 'completed' }
}

function textParts(values: RandomValues): ContentPart[] {
  const part = (): ContentPart => {
    const text = values.text()
    const citation = {
      type: 'url_citation',
      url: 'https://x.test/?a=1',
      title: values.text(),
      start_index: 0,
      end_index: text.length,
    }
    return {
      type: 'output_text',
      text,
      ...values.maybe('annotations', [citation], 0.2),
      ...values.maybe(
        'logprobs',
        [{ token: text, logprob: -0.5, bytes: [...Buffer.from(text)], top_logprobs: [] }],
        0.1,
      ),
    }
  }
  return [part(), ...values.some(part(), 0.1)]
}

function callsOf(values: RandomValues): Item[] {
  return Array.from({ length: 1 + values.below(3) }, (): Item => ({
    type: 'function_call',
    status: 'completed',
    call_id: values.id('call'),
    name: values.name(),
    arguments: JSON.stringify(values.object()),
  }))
}

function usageOf(values: RandomValues) {
  const cachedInputTokens = values.below(50)
  const cacheWriteInputTokens = values.below(10)
  const reasoningTokens = values.below(20)
  return {
    inputTokens: cachedInputTokens + cacheWriteInputTokens + values.below(100),
    cachedInputTokens,
    cacheWriteInputTokens,
    outputTokens: reasoningTokens + values.below(100),
    reasoningTokens,
  }
}
