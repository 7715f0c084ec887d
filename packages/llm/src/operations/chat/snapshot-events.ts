import type {
  ContentPart,
  FunctionCallItem,
  Item,
  MessageItem,
  NativeItem,
  ReasoningItem,
} from './item.ts'
import type { ModelResponse } from './model-response.ts'
import type { MessageStart, StreamEvent } from './stream-event.ts'

/** An answer as events, made from what there is of it now and then. */
export interface SnapshotEvents {
  /**
   * What the answer has gained since the last time. `output` is all of it so far, as
   * `StreamAssembler.partial` has it: every item is what it was, or longer.
   */
  grow(output: readonly Item[]): StreamEvent[]
  /** What it has gained by its end, and the end. */
  end(response: ModelResponse): StreamEvent[]
}

/** How much of one item has been told. */
interface Told {
  /** Characters of each text: of the parts of a message, or of a summary's parts. */
  readonly texts: number[]
  readonly annotations: number[]
  readonly logprobs: number[]
  /** Characters of the text beside those: thinking, or the arguments of a call. */
  own: number
  isBegun: boolean
  isClosed: boolean
}

/**
 * Makes the stream of an answer that is known by snapshots only: the events of all of them, one
 * after the other, are those of the answer, wherever the snapshots were taken. Costs as much as the
 * answer gains, and a little for each of its items.
 */
export function createSnapshotEvents(
  start: Pick<ModelResponse, 'id' | 'model' | 'createdAt'>,
): SnapshotEvents {
  const told: Told[] = []
  let isStarted = false

  const gained = (output: readonly Item[], isEnd: boolean): StreamEvent[] => {
    const events: StreamEvent[] = []
    if (!isStarted) {
      const { id, model, createdAt } = start
      events.push({ type: 'response-start', id, model, createdAt })
      isStarted = true
    }
    let calls = 0
    for (const [index, item] of output.entries()) {
      const before = told[index] ?? untold()
      told[index] = before
      const isLast = !isEnd && index === output.length - 1
      switch (item.type) {
        case 'message':
          tellMessage(item, before, output[index - 1]?.type === 'message', events)
          break
        case 'reasoning':
          tellReasoning(item, before, isLast, events)
          break
        case 'function_call':
          tellCall(item, before, { index: calls, isEnd }, events)
          calls += 1
          break
        case 'fairlead:native':
          tellNative(item, before, events)
          break
        case 'function_call_output':
          break
      }
    }
    return events
  }

  return {
    grow: (output) => gained(output, false),
    end(response) {
      const { extras, finishReason, output, serviceTier, stopSequence, usage } = response
      return [
        ...gained(output, true),
        ...(usage === undefined ? [] : [{ type: 'usage', usage } as const]),
        {
          type: 'finish',
          finishReason,
          ...(stopSequence === undefined ? {} : { stopSequence }),
          ...(serviceTier === undefined ? {} : { serviceTier }),
          ...(extras === undefined ? {} : { extras }),
        },
      ]
    },
  }
}

function untold(): Told {
  return { texts: [], annotations: [], logprobs: [], own: 0, isBegun: false, isClosed: false }
}

function tellMessage(
  { content, id, phase }: MessageItem,
  told: Told,
  followsMessage: boolean,
  events: StreamEvent[],
): void {
  const isNamed = id !== undefined || phase !== undefined
  for (const [index, part] of content.entries()) {
    const isNew = told.texts[index] === undefined
    const opens = isNew && index === 0 && (isNamed || followsMessage)
    const message: { readonly message?: MessageStart } = opens
      ? {
          message: {
            ...(id === undefined ? {} : { id }),
            ...(phase === undefined ? {} : { phase }),
          },
        }
      : {}
    tellPart(part, told, { index, message, follows: content[index - 1] }, events)
  }
}

interface PartPlace {
  readonly index: number
  readonly message: { readonly message?: MessageStart }
  readonly follows: ContentPart | undefined
}

function tellPart(
  part: ContentPart,
  told: Told,
  { index, message, follows }: PartPlace,
  events: StreamEvent[],
): void {
  const before = told.texts[index]
  switch (part.type) {
    case 'output_text': {
      const { annotations = [], logprobs = [], text } = part
      const gained = text.slice(before ?? 0)
      const newLogprobs = logprobs.slice(told.logprobs[index] ?? 0)
      const hasMore = gained !== '' || newLogprobs.length > 0
      if (hasMore) {
        events.push({
          type: 'text-delta',
          text: gained,
          ...(newLogprobs.length === 0 ? {} : { logprobs: newLogprobs }),
          ...(before === undefined && follows?.type === 'output_text' ? { startsPart: true } : {}),
          ...message,
        })
      }
      for (const annotation of annotations.slice(told.annotations[index] ?? 0)) {
        events.push({ type: 'annotation', annotation })
      }
      told.annotations[index] = Math.max(told.annotations[index] ?? 0, annotations.length)
      told.logprobs[index] = Math.max(told.logprobs[index] ?? 0, logprobs.length)
      if (hasMore) told.texts[index] = Math.max(before ?? 0, text.length)
      break
    }
    case 'refusal': {
      const gained = part.refusal.slice(before ?? 0)
      if (gained === '') break
      events.push({ type: 'refusal-delta', text: gained, ...message })
      told.texts[index] = part.refusal.length
      break
    }
    case 'output_file':
      if (before === undefined) events.push({ type: 'file', file: part })
      told.texts[index] = 0
      break
    default:
      told.texts[index] = 0
  }
}

/** Nothing is added to a block of thinking that is closed, or that something follows. */
function tellReasoning(
  item: ReasoningItem,
  told: Told,
  isLast: boolean,
  events: StreamEvent[],
): void {
  if (told.isClosed) return
  const { content = [], encrypted_content: encryptedContent, id, maker, signature, summary } = item
  for (const [summaryPart, { text }] of summary.entries()) {
    const before = told.texts[summaryPart]
    const gained = text.slice(before ?? 0)
    if (gained === '') continue
    events.push({ type: 'reasoning-delta', text: gained, summaryPart })
    told.texts[summaryPart] = text.length
  }
  const thinking = content.map(({ text }) => text).join('')
  const gained = thinking.slice(told.own)
  if (gained !== '') events.push({ type: 'reasoning-delta', text: gained })
  told.own = Math.max(told.own, thinking.length)
  if (isLast && item.status !== 'completed') return
  told.isClosed = true
  events.push({
    type: 'reasoning-end',
    ...(id === undefined ? {} : { id }),
    ...(maker === undefined ? {} : { maker }),
    ...(signature === undefined ? {} : { signature }),
    ...(encryptedContent === undefined ? {} : { encryptedContent }),
  })
}

function tellCall(
  item: FunctionCallItem,
  told: Told,
  { index, isEnd }: { readonly index: number; readonly isEnd: boolean },
  events: StreamEvent[],
): void {
  const { call_id: id, custom, extras, id: itemId, maker, name, signature } = item
  if (!told.isBegun) {
    told.isBegun = true
    events.push({
      type: 'tool-call-start',
      index,
      id,
      name,
      ...(custom === undefined ? {} : { custom }),
      ...(signature === undefined ? {} : { signature }),
      ...(maker === undefined ? {} : { maker }),
      ...(itemId === undefined ? {} : { itemId }),
      ...(extras === undefined ? {} : { extras }),
    })
  }
  // A call whose arguments have not begun to come is shown with {} as soon as another follows it.
  if (!isEnd && told.own === 0 && item.arguments === '{}') return
  const gained = item.arguments.slice(told.own)
  if (gained !== '') events.push({ type: 'tool-call-delta', index, arguments: gained })
  told.own = Math.max(told.own, item.arguments.length)
}

function tellNative(item: NativeItem, told: Told, events: StreamEvent[]): void {
  if (!told.isBegun) events.push({ type: 'native', item })
  told.isBegun = true
}
