import type { ContentPart, DialectExtras, Item } from '../operations/chat/item.ts'
import type {
  ModelRequest,
  ModelSettings,
  ToolDefinition,
} from '../operations/chat/model-request.ts'
import type { FeatureSupport, RequestFeature } from '../operations/chat/request-feature.ts'
import { type Seal, sealedThought } from './random-thought.ts'
import { RandomValues } from './random-values.ts'

/** For which target a request is made up. */
interface RequestTarget {
  readonly dialect: string
  readonly model: string
  readonly support: FeatureSupport
  /** Blocks that only the dialect knows, as the assistant says them. */
  readonly nativeBlocks: readonly Readonly<Record<string, unknown>>[]
  /** How the dialect seals thinking. */
  readonly seals: readonly Seal[]
  /** Whether it has one prompt and no dialogue, and no tools. */
  readonly isBare: boolean
  /** Whether it has one text, which a user says, and nothing else. */
  readonly isPrompt: boolean
  /** Whether it refuses to answer with JSON beside tools. */
  readonly answersJsonAlone: boolean
}

const png = `data:image/png;base64,${Buffer.from('\u0089PNG\r\n\u001a\n....', 'latin1').toString('base64')}`
const pdf = `data:application/pdf;base64,${Buffer.from('%PDF-1.4 x').toString('base64')}`

/**
 * A request that asks a target for anything that it knows or leaves out: nothing that it refuses, and
 * nothing that it reaches in another way, which does not come back as what it was. The dialogue is
 * well formed: users speak first, and calls are answered at once.
 */
export function randomRequest(random: () => number, target: RequestTarget): ModelRequest {
  return new RequestMaker(random, target).request()
}

/** Fields that only the dialect knows, for a request in it. */
export function ownExtras(
  random: () => number,
  extrasDialect: string,
): Pick<ModelRequest, 'extras' | 'extrasDialect'> {
  const values = new RandomValues(random)
  const names = ['odd_field', 'constructor', '__proto__'].filter(() => values.chance(0.2))
  return { extras: Object.fromEntries(names.map((name) => [name, values.object()])), extrasDialect }
}

class RequestMaker {
  readonly #values: RandomValues
  readonly #target: RequestTarget

  constructor(random: () => number, target: RequestTarget) {
    this.#values = new RandomValues(random)
    this.#target = target
  }

  request(): ModelRequest {
    const values = this.#values
    const tools = this.#tools()
    const stream = values.chance(0.5)
    return {
      model: this.#target.model,
      items: this.#items(tools),
      tools,
      ...(tools.length === 0 ? {} : this.#choice(tools)),
      settings: this.#settings(),
      ...(tools.length > 0 && this.#target.answersJsonAlone ? {} : this.#responseFormat()),
      stream,
      includeUsage: true,
      ...(this.#asks('CacheControl', 0.1) ? { cacheControl: { type: 'ephemeral' as const } } : {}),
      extras: {},
      extrasDialect: 'callers',
    }
  }

  #asks(feature: RequestFeature, share = 0.3): boolean {
    const becomes = this.#target.support[feature]
    return (becomes === 'Native' || becomes === 'Dropped') && this.#values.chance(share)
  }

  #tools(): readonly ToolDefinition[] {
    const values = this.#values
    const names = new Set(Array.from({ length: values.below(4) }, () => values.name()))
    if (this.#target.isBare || this.#target.support.Tools !== 'Native') return []
    return [...names].map((name): ToolDefinition => {
      const described = values.maybe('description', values.text())
      if (this.#asks('CustomTools', 0.2)) return { name, ...described, custom: {} }
      return {
        name,
        ...described,
        parameters: values.schema(),
        ...(this.#asks('StrictTools') ? { strict: true } : {}),
        ...(this.#asks('CacheControl') ? { cacheControl: { type: 'ephemeral' } } : {}),
      }
    })
  }

  #choice(tools: readonly ToolDefinition[]): Partial<ModelRequest> {
    const values = this.#values
    const single = this.#asks('ParallelToolCalls') ? { parallelToolCalls: false } : {}
    if (this.#asks('AllowedTools', 0.2)) {
      const allowedTools = tools.slice(0, 1 + values.below(tools.length)).map(({ name }) => name)
      return { toolChoice: values.pick(['auto', 'required']), allowedTools, ...single }
    }
    if (this.#asks('ForcedToolChoice', 0.2)) {
      const name = tools[values.below(tools.length)]?.name ?? ''
      return { toolChoice: values.chance(0.5) ? 'required' : { name }, ...single }
    }
    // A choice of none says all there is to say.
    return values.chance(0.2) ? { toolChoice: 'none' } : { toolChoice: 'auto', ...single }
  }

  #settings(): ModelSettings {
    const values = this.#values
    const { pick, below } = { pick: values.pick.bind(values), below: values.below.bind(values) }
    const set = <T extends ModelSettings>(feature: RequestFeature, settings: T) =>
      this.#asks(feature) ? settings : {}
    return {
      maxOutputTokens: 20_000 + below(1000),
      ...set('Temperature', { temperature: pick([0, 0.5, 1]) }),
      ...set('TopP', { topP: pick([0.1, 1]) }),
      ...set('TopK', { topK: 1 + below(40) }),
      ...set('MinP', { minP: 0.05 }),
      ...set('Stop', { stop: ['END', values.text()] }),
      ...set('Seed', { seed: below(1000) }),
      ...set('PresencePenalty', { presencePenalty: 0.5 }),
      ...set('FrequencyPenalty', { frequencyPenalty: -0.5 }),
      ...set('RepetitionPenalty', { repetitionPenalty: 1.1 }),
      ...set('LogitBias', { logitBias: { 50256: -100 } }),
      ...set('Logprobs', { logprobs: true, topLogprobs: 1 + below(5) }),
      ...set('MultipleAnswers', { answers: 2 }),
      ...set('Verbosity', { verbosity: pick(['low', 'medium', 'high']) }),
      ...set('ServiceTier', { serviceTier: 'default' }),
      ...set('Metadata', { metadata: { key: values.text() } }),
      ...set('User', { user: values.id('user') }),
      ...set('Store', { store: true }),
      ...set('PromptCacheKey', { promptCacheKey: values.id('key') }),
      ...this.#reasoning(),
    }
  }

  #reasoning(): ModelSettings {
    const effort = this.#values.pick(['low', 'medium', 'high'])
    return this.#asks('Reasoning') ? { reasoningEffort: effort } : {}
  }

  #responseFormat(): Partial<ModelRequest> {
    const values = this.#values
    if (this.#asks('JsonSchema')) {
      const strict = { strict: true }
      return {
        responseFormat: { type: 'json_schema', name: 'answer', schema: values.schema(), ...strict },
      }
    }
    return this.#asks('JsonObject') ? { responseFormat: { type: 'json_object' } } : {}
  }

  #items(tools: readonly ToolDefinition[]): Item[] {
    const values = this.#values
    if (this.#target.isPrompt) {
      return [
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: values.text() }] },
      ]
    }
    const items: Item[] = values.some<Item>({
      type: 'message',
      role: 'system',
      content: [this.#text(), ...values.some(this.#text(), 0.2)],
    })
    for (let turn = this.#target.isBare ? 0 : values.below(4); turn >= 0; turn -= 1) {
      items.push(this.#userMessage())
      if (turn > 0 || values.chance(0.3)) items.push(...this.#assistantTurn(tools, turn === 0))
    }
    return items
  }

  #userMessage(): Item {
    const content = [this.#text(), ...this.#media(), ...this.#values.some(this.#text(), 0.2)]
    const name = this.#asks('MessageName', 0.1) ? { name: 'Ada' } : {}
    return { type: 'message', role: 'user', content, ...name }
  }

  /** The last of all ends with outputs: an answer would be a prefill. */
  #assistantTurn(tools: readonly ToolDefinition[], isLast: boolean): Item[] {
    const values = this.#values
    const { dialect, nativeBlocks } = this.#target
    const calls = tools.filter((tool) => tool.custom === undefined && values.chance(0.4))
    if (isLast && calls.length === 0) return []
    const said: Item = {
      type: 'message',
      role: 'assistant',
      content: [{ type: 'output_text', text: values.text() }],
    }
    return [
      ...(this.#asks('ReasoningReplay') ? [sealedThought(values, this.#target)] : []),
      ...nativeBlocks.flatMap((block): Item[] =>
        values.some<Item>({ type: 'fairlead:native', role: 'assistant', dialect, block }, 0.1),
      ),
      ...(calls.length === 0 ? [said] : values.some(said, 0.5)),
      ...this.#called(calls),
    ]
  }

  #called(tools: readonly ToolDefinition[]): Item[] {
    const values = this.#values
    const calls = tools.map(({ name }) => ({ name, call_id: values.id('call') }))
    return [
      ...calls.map((call): Item => ({
        type: 'function_call',
        ...call,
        arguments: JSON.stringify(values.object()),
        ...this.#extras(),
      })),
      ...calls.map(({ call_id }): Item => ({
        type: 'function_call_output',
        call_id,
        output: values.text(),
        ...this.#extras(),
      })),
    ]
  }

  #text(): ContentPart {
    const marked = this.#asks('CacheControl', 0.2)
    const mark = marked ? { cache_control: { type: 'ephemeral' as const } } : {}
    return { type: 'input_text', text: this.#values.text(), ...mark, ...this.#extras() }
  }

  #extras(): { readonly extras?: DialectExtras } {
    const { dialect } = this.#target
    return this.#values.chance(0.1) ? { extras: { dialect, fields: { odd: 1 } } } : {}
  }

  #media(): ContentPart[] {
    const parts: ContentPart[] = []
    const add = (feature: RequestFeature, part: ContentPart) => {
      if (this.#asks(feature, 0.1)) parts.push(part)
    }
    add('ImageInput', { type: 'input_image', image_url: png })
    add('ImageUrl', { type: 'input_image', image_url: 'https://x.test/a.png' })
    add('AudioInput', { type: 'input_audio', data: 'AAAA', format: 'wav' })
    add('FileInput', { type: 'input_file', filename: 'a.pdf', file_data: pdf })
    add('FileUrl', { type: 'input_file', file_url: 'https://x.test/a.pdf' })
    add('FileId', { type: 'input_file', file_id: 'file_1' })
    return parts
  }
}
