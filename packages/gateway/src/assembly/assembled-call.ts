import { type PromptTarget, responsePrompt, type TurnAnswerer } from '@fairlead/context'
import {
  chatFormatOf,
  type DecodeOptions,
  type Dialect,
  editRequest,
  type Item,
  ModelError,
  type ModelRequest,
  type RequestEdits,
} from '@fairlead/llm'
import type { CallRequest } from '../call/call-request.ts'
import type { CallTarget } from '../routing/call-target.ts'
import { promptTarget } from './prompt-target.ts'
import { encodeFor, type TargetBody, withoutRefused } from './target-body.ts'

/** A call with everything that its model is to see. */
export class AssembledCall {
  readonly #dialect: Dialect
  readonly #request: CallRequest
  readonly #prompt: CallPrompt
  readonly #prompts: AssembledPrompts['prompts']
  readonly #accountAt: AssembledPrompts['accountAt']

  constructor(parts: AssembledParts) {
    this.#dialect = parts.dialect
    this.#request = parts.request
    this.#prompt = parts
    this.#prompts = parts.prompts
    this.#accountAt = parts.accountAt
  }

  /**
   * Whether the provider's answer may repeat what was added to the request, which is not the caller's
   * to know: then it is told what it sent itself.
   */
  get mustHideAdditions(): boolean {
    const { items, itemsBefore = [], responseFormat, tools, toolsBefore = [] } = this.#prompt.edits
    const hasAdditions =
      items !== undefined ||
      itemsBefore.length > 0 ||
      responseFormat !== undefined ||
      tools !== undefined ||
      toolsBefore.length > 0
    return hasAdditions && this.#dialect.passage.repeatedFields !== undefined
  }

  /** See `AttemptBodies.edits`. */
  get edits(): RequestEdits | undefined {
    return this.#prompts === undefined ? this.#prompt.edits : undefined
  }

  /**
   * What one target is sent. A provider that speaks the caller's dialect gets the caller's bytes with
   * only the necessary changes; any other gets the request encoded in its own dialect. Throws a
   * ModelError 400 for what the target cannot do, or has no room for.
   */
  bodyFor(target: CallTarget, by: AskedBy): AttemptBody {
    const prompt = this.#prompts?.(this.promptTarget(target, by), by.attempt) ?? this.#prompt
    const passing = this.#passingBody(target, prompt)
    if (passing === undefined || this.mustHideAdditions) {
      this.#request.keepRepeated(this.#dialect.passage)
    }
    const body =
      passing ??
      encodeFor(target, this.#dialect, this.#requestFor(target, prompt), {
        isAssembled: prompt.edits.items !== undefined,
      })
    const answerer = this.#answererOf(target, prompt, by)
    this.#request.releaseFields()
    return { ...body, answerer }
  }

  /**
   * The account of a provider that can read the newest seals of the history which are the provider's:
   * asking with it keeps them. Undefined if there are none.
   */
  accountAt(provider: string): string | undefined {
    return this.#accountAt?.(provider)
  }

  #answererOf(target: CallTarget, prompt: CallPrompt, by: AskedBy): TurnAnswerer | undefined {
    if (this.#request.kept?.store !== true) return undefined
    const { account, model, platform, provider } = this.promptTarget(target, by)
    return { provider, platform, model, account, prompt: this.#digestFor(target, prompt, by) }
  }

  /** Empty for what cannot be read but may pass: no seal is valid after it. */
  #digestFor(target: CallTarget, { decoded: read, edits }: CallPrompt, by: AskedBy): string {
    try {
      const decoded = read ?? decodeCall(this.#dialect, this.#request)
      const { items, tools } = editRequest(decoded, edits, target.model)
      const responseFormat = edits.responseFormat ?? decoded.responseFormat
      const asked = promptTarget(target, { dialect: this.#dialect, responseFormat, ...by })
      return responsePrompt(
        asked,
        tools,
        items.map((item) => ({ item })),
      ).digest
    } catch (error) {
      if (error instanceof ModelError) return ''
      throw error
    }
  }

  /** A target of the call as prompts are made for it. */
  promptTarget(target: CallTarget, { secret }: Pick<AskedBy, 'secret'>): PromptTarget {
    const { decoded, edits } = this.#prompt
    const responseFormat = edits.responseFormat ?? decoded?.responseFormat
    return promptTarget(target, { dialect: this.#dialect, responseFormat, secret })
  }

  /** The same request in no provider's dialect, before it is adapted. Throws a ModelError 400. */
  #requestFor({ model }: CallTarget, { decoded, edits }: CallPrompt): ModelRequest {
    // Not kept: the tree of a long request would be held for as long as its answer takes.
    return editRequest(decoded ?? decodeCall(this.#dialect, this.#request), edits, model)
  }

  /** What the model is to see, in no provider's dialect. Throws a ModelError 400 as `bodyFor` does. */
  items(): readonly Item[] {
    const { items, itemsBefore = [] } = this.#prompt.edits
    if (items !== undefined) return items
    const decoded = this.#prompt.decoded ?? decodeCall(this.#dialect, this.#request)
    return [...itemsBefore, ...decoded.items]
  }

  /** The caller's bytes, edited; undefined where they have to be encoded instead. */
  #passingBody(target: CallTarget, prompt: CallPrompt): TargetBody | undefined {
    const { dialect, encoding } = target.apiFor(this.#dialect)
    if (dialect.name !== (this.#dialect.requestDialect ?? this.#dialect.name)) return undefined
    const { body, outline, sent } = this.#request
    const edit = { model: target.model, edits: prompt.edits, options: encoding, outline }
    const bytes = this.#dialect.passage.edit(body, sent, edit)
    if (bytes === undefined) return undefined
    return withoutRefused(target, this.#dialect, bytes, {
      outline: bytes === body ? outline : undefined,
      decoded: () => this.#requestFor(target, prompt),
    })
  }
}

/** The caller's request in no provider's dialect. Throws a ModelError 400 for what is wrong in it. */
export function decodeCall(
  dialect: Dialect,
  request: CallRequest,
  { messagesOptional = request.messagesOptional }: DecodeOptions = {},
): ModelRequest {
  const { model, sent } = request
  const body = { ...request.fields(), model }
  const { stream } = sent
  return chatFormatOf(dialect).decodeRequest(body, { messagesOptional, model, stream })
}

/** What becomes of a request before it is sent. */
export interface CallPrompt {
  /** The edits of the request itself, and those that assembly adds. */
  readonly edits: RequestEdits
  /** The request in no provider's dialect, if it has already been read. */
  readonly decoded?: ModelRequest
}

/** How a target is asked. */
interface AskedBy {
  /** The key; undefined without one. */
  readonly secret: string | undefined
  /** Number of the attempt, from 1. */
  readonly attempt: number
}

/** What one attempt sends. */
export interface AttemptBody extends TargetBody {
  /** Who will have answered; undefined where no response is kept. */
  readonly answerer: TurnAnswerer | undefined
}

interface AssembledParts extends AssembledPrompts {
  /** The caller's dialect. */
  readonly dialect: Dialect
  readonly request: CallRequest
}

/** Its own prompt is that of the first target, where each target has one. */
export interface AssembledPrompts extends CallPrompt {
  /** The prompt for each target; absent where all get the same. Throws a ModelError 400. */
  readonly prompts?: (target: PromptTarget, attempt: number) => CallPrompt
  /** See `AssembledCall.accountAt`. */
  readonly accountAt?: (provider: string) => string | undefined
}
