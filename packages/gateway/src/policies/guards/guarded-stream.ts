import { type Annotation, ModelError, type StreamEvent } from '@fairlead/llm'
import { gatewayError } from '../../errors/gateway-error.ts'
import type { CallGuards } from './call-guards.ts'
import type { GuardedJson } from './guarded-json.ts'
import type { GuardedText } from './guarded-text.ts'
import { checkedExtras, ItemChecks } from './guarded-items.ts'

type TextEvent = Extract<
  StreamEvent,
  { readonly type: 'text-delta' | 'refusal-delta' | 'reasoning-delta' }
>

/** A text of the answer that has not ended. */
interface OpenText {
  /** What began it: its text is not told by this. */
  readonly first: TextEvent
  readonly guarded: GuardedText
  /** Whether anything of it has left. */
  hasLeft: boolean
  readonly annotations: Annotation[]
  readonly logprobs: unknown[]
}

/**
 * The events of a streamed answer on their way through guards, in their order. Text leaves once it is
 * decided, and whatever stands behind it waits for it. A refusal is the last event: what was held back
 * then has no verdict and is not told.
 */
export class GuardedStream {
  readonly #guards: CallGuards
  readonly #output: ItemChecks
  #open: OpenText | undefined
  #hasEnded = false
  /** Whether the thinking that is going on was changed. */
  #thinkingIsChanged = false
  /** The arguments of tool calls, by their index. */
  readonly #arguments = new Map<number, GuardedText | GuardedJson>()

  constructor(guards: CallGuards) {
    this.#guards = guards
    this.#output = new ItemChecks(guards, 'Output')
  }

  /** What can be told now that an event has come. */
  events(event: StreamEvent): readonly StreamEvent[] {
    if (this.#hasEnded) return []
    try {
      return this.#checked(event)
    } catch (error) {
      this.#hasEnded = true
      const refusal = error instanceof ModelError ? error : gatewayError.internal(error)
      return [{ type: 'error', error: refusal }]
    }
  }

  #checked(event: StreamEvent): readonly StreamEvent[] {
    switch (event.type) {
      case 'text-delta':
      case 'refusal-delta':
      case 'reasoning-delta':
        return this.#text(event)
      case 'annotation':
        if (this.#open?.first.type !== 'text-delta') {
          return [{ ...event, annotation: this.#output.annotation(event.annotation, same) }]
        }
        this.#open.annotations.push(event.annotation)
        return []
      case 'tool-call-delta': {
        const text = this.#arguments.get(event.index)?.push(event.arguments) ?? ''
        return text === '' ? [] : [{ ...event, arguments: text }]
      }
      case 'error':
        // What is held back has no verdict.
        return [event]
      default:
        return [...this.#close(), ...this.#other(event)]
    }
  }

  #text(event: TextEvent): readonly StreamEvent[] {
    const before = this.#open !== undefined && goesOn(this.#open.first, event) ? [] : this.#close()
    this.#open ??= {
      first: event,
      guarded: this.#guards.text('Output'),
      hasLeft: false,
      annotations: [],
      logprobs: [],
    }
    if ('logprobs' in event) this.#open.logprobs.push(...(event.logprobs ?? []))
    return [...before, ...this.#told(this.#open, this.#open.guarded.push(event.text))]
  }

  #told(open: OpenText, text: string): readonly StreamEvent[] {
    if (text === '' && !(open.first.text === '' && !open.hasLeft)) return []
    const { logprobs: _, ...first } = open.first as TextEvent & { logprobs?: readonly unknown[] }
    const event = open.hasLeft ? { ...going(open.first), text } : { ...first, text }
    open.hasLeft = true
    return [event as StreamEvent]
  }

  /** The rest of the text that is open, and what belongs to it. */
  #close(): readonly StreamEvent[] {
    const open = this.#open
    if (open === undefined) return []
    this.#open = undefined
    const { annotations, guarded, logprobs } = open
    const rest = this.#told(open, guarded.end())
    if (open.first.type === 'reasoning-delta') this.#thinkingIsChanged ||= guarded.isChanged
    if (open.first.type !== 'text-delta') return rest
    const told: StreamEvent[] = [...rest]
    if (logprobs.length > 0 && !guarded.isChanged) {
      told.push({ type: 'text-delta', text: '', logprobs })
    }
    for (const annotation of annotations) {
      const moved = this.#output.annotation(annotation, (index) => guarded.placeOf(index))
      told.push({ type: 'annotation', annotation: moved })
    }
    return told
  }

  #other(event: StreamEvent): readonly StreamEvent[] {
    switch (event.type) {
      case 'reasoning-end': {
        if (!this.#thinkingIsChanged) return [event]
        this.#thinkingIsChanged = false
        // A seal of another text is none.
        const { signature: _, ...others } = event
        return [others]
      }
      case 'tool-call-start': {
        const isText = event.custom === true
        const guarded = isText
          ? this.#guards.text('ToolArguments')
          : this.#guards.json('ToolArguments')
        this.#arguments.set(event.index, guarded)
        return [{ ...event, name: this.#guards.checked('ToolArguments', event.name) }]
      }
      case 'file':
        return [{ ...event, file: this.#output.file(event.file) }]
      case 'native':
        return [{ ...event, item: this.#output.native(event.item) }]
      case 'usage':
        return [...this.#closeArguments(), event]
      case 'finish': {
        const extras = checkedExtras(event.extras, this.#output)
        const finish = extras === event.extras ? event : { ...event, ...(extras && { extras }) }
        return [...this.#closeArguments(), finish]
      }
      default:
        return [event]
    }
  }

  #closeArguments(): readonly StreamEvent[] {
    const told: StreamEvent[] = []
    for (const [index, guarded] of this.#arguments) {
      const rest = guarded.end()
      if (rest !== '') told.push({ type: 'tool-call-delta', index, arguments: rest })
    }
    this.#arguments.clear()
    return told
  }
}

const same = (index: number) => index

function goesOn(first: TextEvent, event: TextEvent): boolean {
  if (first.type !== event.type || 'startsPart' in event || 'message' in event) return false
  if (first.type !== 'reasoning-delta' || event.type !== 'reasoning-delta') return true
  return first.summaryPart === event.summaryPart
}

/** What a piece that goes on has beside its text. */
function going(first: TextEvent): Partial<TextEvent> {
  if (first.type !== 'reasoning-delta') return { type: first.type }
  return {
    type: first.type,
    ...(first.summaryPart === undefined ? {} : { summaryPart: first.summaryPart }),
  }
}
