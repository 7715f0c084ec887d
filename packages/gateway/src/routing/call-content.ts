import type { JsonObject } from '@fairlead/base'
import { bindCallVariables, type CallBindings } from '@fairlead/cel'
import type { HeaderFields } from '@fairlead/http1'
import {
  bounded,
  boundedInstructions,
  classifyPrompt,
  type Item,
  type MessageItem,
  type PromptClass,
  type PromptOutline,
} from '@fairlead/llm'
import type { Caller } from '../access/caller.ts'

/** A call as its content is worked out from it. */
export interface ContentSource {
  readonly caller: Caller
  readonly headers: HeaderFields
  readonly model: string
  readonly stream: boolean
  /** OpenTelemetry's `gen_ai.operation.name`. */
  readonly operation: string
  /** Estimated. */
  readonly inputTokens: number
  readonly conversation: string | undefined
  readonly variables: JsonObject
  readonly prompt: { readonly name: string; readonly version: string } | undefined
  /** The messages that a PromptTemplate puts before the caller's. */
  readonly promptItems: readonly Item[]
  outline(): PromptOutline
}

/** A condition that could not be evaluated for a call, so that its rule did not match. */
interface ConditionFailure {
  /** `policy/rule`. */
  readonly route: string
  readonly failure: string
}

/**
 * What conditions on the content of a call read. Nothing is worked out before a rule asks for it,
 * and then once per call.
 */
export class CallContent {
  /** At most one for each rule. */
  readonly failures: ConditionFailure[] = []
  readonly #source: ContentSource
  #outline: PromptOutline | undefined
  #classification: PromptClass | undefined
  #bindings: CallBindings | undefined

  constructor(source: ContentSource) {
    this.#source = source
  }

  /** What the classifier says of the prompt. Persona and history of a conversation are not in it. */
  get classification(): PromptClass {
    this.#classification ??= classifyPrompt(this.#promptTexts())
    return this.#classification
  }

  /** The names of the tools that the caller offers the model. */
  get tools(): readonly string[] {
    return this.#outlineOnce().tools
  }

  /** The call's variables in CEL. */
  get bindings(): CallBindings {
    this.#bindings ??= bindCallVariables(this.#variables())
    return this.#bindings
  }

  #outlineOnce(): PromptOutline {
    this.#outline ??= this.#source.outline()
    return this.#outline
  }

  #promptTexts(): Pick<PromptOutline, 'system' | 'user'> {
    const { system, user } = this.#outlineOnce()
    const { promptItems } = this.#source
    if (promptItems.length === 0) return { system, user }
    const messages = promptItems.filter((item) => item.type === 'message')
    const textsOf = (wanted: (role: MessageItem['role']) => boolean) =>
      messages
        .filter(({ role }) => wanted(role))
        .flatMap(({ content }) => content.flatMap((part) => ('text' in part ? [part.text] : [])))
    const isUser = (role: MessageItem['role']) => role === 'user'
    const instructs = (role: MessageItem['role']) => role === 'system' || role === 'developer'
    return {
      system: boundedInstructions([...textsOf(instructs), system]),
      user: bounded([...textsOf(isUser), user]),
    }
  }

  #variables(): Parameters<typeof bindCallVariables>[0] {
    const { caller, headers, prompt, conversation, variables, ...source } = this.#source
    const { tools, hasImages } = this.#outlineOnce()
    return {
      request: {
        model: source.model,
        stream: source.stream,
        operation: source.operation,
        headers: visibleHeaders(headers),
        inputTokens: source.inputTokens,
        tools,
        hasImages,
      },
      consumer: {
        name: caller.name,
        namespace: caller.consumer === '' ? '' : caller.namespace,
        groups: [...caller.groups],
        metadata: new Map(Object.entries(caller.metadata)),
      },
      claims: caller.claims,
      conversation: { id: conversation ?? '', variables },
      prompt: { name: prompt?.name ?? '', version: prompt?.version ?? '' },
    }
  }
}

/** Headers that may hold a credential: no expression sees them. */
const secretHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'api-key',
  'x-api-key',
  'x-goog-api-key',
  'x-fairlead-key',
])

function visibleHeaders(headers: HeaderFields): ReadonlyMap<string, string> {
  return new Map(Object.entries(headers.toRecord()).filter(([name]) => !secretHeaders.has(name)))
}
