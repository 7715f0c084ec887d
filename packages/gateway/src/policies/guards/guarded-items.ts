import type { JsonObject } from '@fairlead/base'
import type {
  Annotation,
  ContentPart,
  FunctionCallItem,
  FunctionCallOutputItem,
  Item,
  NativeItem,
  OutputFilePart,
  ReasoningItem,
} from '@fairlead/llm'
import type { GuardPhase } from '@fairlead/snapshot'
import type { CallGuards } from './call-guards.ts'
import { guardedValue } from './guarded-value.ts'

/** The texts of what a model has said, checked as those of a phase; its tools' arguments as theirs. */
export class ItemChecks {
  readonly #guards: CallGuards
  readonly #phase: GuardPhase

  constructor(guards: CallGuards, phase: GuardPhase) {
    this.#guards = guards
    this.#phase = phase
  }

  /** The very same item where nothing changes. Throws the refusal where it may not go on. */
  item(item: Item): Item {
    switch (item.type) {
      case 'message': {
        const content = item.content.map((part) => this.#part(part))
        const isSame = content.every((part, index) => part === item.content[index])
        return isSame ? item : { ...item, content }
      }
      case 'reasoning':
        return this.#reasoning(item)
      case 'function_call':
        return this.#call(item)
      case 'fairlead:native':
        return this.native(item)
      case 'function_call_output':
        return this.#output(item)
    }
  }

  native(item: NativeItem): NativeItem {
    const block = this.fields(item.block)
    return block === item.block ? item : { ...item, block }
  }

  file(file: OutputFilePart): OutputFilePart {
    if (file.transcript === undefined) return file
    const transcript = this.text(file.transcript)
    return transcript === file.transcript ? file : { ...file, transcript }
  }

  /** `placeOf` says where a place of the text that is annotated has gone. */
  annotation(annotation: Annotation, placeOf: (index: number) => number): Annotation {
    const { end_index: end, origin, start_index: start, ...others } = annotation
    const checked = this.fields(others)
    const startIndex = start === undefined ? undefined : placeOf(start)
    const endIndex = end === undefined ? undefined : placeOf(end)
    // What its maker wrote has the old places and texts.
    const isOrigin = origin === undefined || this.fields(origin.value) === origin.value
    const isSame = isOrigin && checked === others && startIndex === start && endIndex === end
    if (isSame) return annotation
    return {
      ...checked,
      ...(startIndex === undefined ? {} : { start_index: startIndex }),
      ...(endIndex === undefined ? {} : { end_index: endIndex }),
    }
  }

  fields<T extends object>(value: T): T {
    return guardedValue(value, (text) => this.text(text)) as T
  }

  text(text: string): string {
    return this.#guards.checked(this.#phase, text)
  }

  #part(part: ContentPart): ContentPart {
    switch (part.type) {
      case 'output_text': {
        const guarded = this.#guards.text(this.#phase)
        const text = guarded.push(part.text) + guarded.end()
        const annotations = part.annotations?.map((one) =>
          this.annotation(one, (index) => guarded.placeOf(index)),
        )
        const isSame =
          text === part.text &&
          (annotations?.every((one, index) => one === part.annotations?.[index]) ?? true)
        if (isSame) return part
        const { extras: _, logprobs, ...others } = part
        return {
          ...others,
          text,
          ...(annotations === undefined ? {} : { annotations }),
          // They spell the text, token by token.
          ...(logprobs === undefined || text !== part.text ? {} : { logprobs }),
        }
      }
      case 'refusal': {
        const refusal = this.text(part.refusal)
        return refusal === part.refusal ? part : { type: 'refusal', refusal }
      }
      case 'output_file':
        return this.file(part)
      case 'input_text': {
        const text = this.text(part.text)
        if (text === part.text) return part
        const { extras: _, ...others } = part
        return { ...others, text }
      }
      default:
        return part
    }
  }

  #reasoning(item: ReasoningItem): ReasoningItem {
    const summary = item.summary.map((one) => this.#textIn(one))
    const content = item.content?.map((one) => this.#textIn(one))
    const isSame =
      summary.every((one, index) => one === item.summary[index]) &&
      (content?.every((one, index) => one === item.content?.[index]) ?? true)
    if (isSame) return item
    // A seal of another text is none.
    const { signature: _, ...others } = item
    return { ...others, summary, ...(content === undefined ? {} : { content }) }
  }

  #output(item: FunctionCallOutputItem): FunctionCallOutputItem {
    const outputs = new ItemChecks(this.#guards, 'ToolOutput')
    if (typeof item.output !== 'string') {
      const parts = item.output.map((part) => outputs.#part(part))
      const isSame = parts.every((part, index) => part === item.output[index])
      return isSame ? item : { ...item, output: parts }
    }
    const output = this.#guards.checkedOutput(item.output)
    return output === item.output ? item : { ...item, output }
  }

  #textIn<T extends { readonly text: string }>(part: T): T {
    const text = this.text(part.text)
    return text === part.text ? part : { ...part, text }
  }

  #call(item: FunctionCallItem): FunctionCallItem {
    const checked = argumentsOf(item, this.#guards)
    const name = this.#guards.checked('ToolArguments', item.name)
    const isSame = checked === item.arguments && name === item.name
    return isSame ? item : { ...item, name, arguments: checked }
  }
}

function argumentsOf(item: FunctionCallItem, guards: CallGuards): string {
  return item.custom === true
    ? guards.checked('ToolArguments', item.arguments)
    : guards.checkedJson('ToolArguments', item.arguments)
}

/** Fields that only their dialect knows may repeat the answer. */
export function checkedExtras<T extends { readonly fields: JsonObject }>(
  extras: T | undefined,
  checks: ItemChecks,
): T | undefined {
  if (extras === undefined) return undefined
  const fields = checks.fields(extras.fields)
  return fields === extras.fields ? extras : { ...extras, fields }
}
