import type { Annotation, ContentPart, Item, ModelResponse, StreamEvent } from '@fairlead/llm'
import type { AnswerChange } from '../../changed-answer.ts'
import { MarkerScanner } from './marker-scanner.ts'

/** By the number that the prompt has given it: a source, without its place in an answer. */
export type Sources = ReadonlyMap<number, Annotation>

/** More citations of an answer tell nothing more, and each takes more than its marker. */
const annotationsMax = 1000

/** Reads an answer for what it cites. */
export class CitationReader implements AnswerChange {
  readonly #sources: Sources
  #scanner = new MarkerScanner()
  #left = annotationsMax

  constructor(sources: Sources) {
    this.#sources = sources
  }

  /** An event of a stream, and the citations that are whole with it. */
  events(event: StreamEvent): readonly StreamEvent[] {
    const goesOn = event.type === 'text-delta' || event.type === 'annotation'
    const begins = !goesOn || 'startsPart' in event || 'message' in event
    if (begins) this.#scanner = new MarkerScanner()
    if (event.type !== 'text-delta') return [event]
    const cited = this.#citedIn(event.text)
    if (cited.length === 0) return [event]
    return [event, ...cited.map((annotation) => ({ type: 'annotation' as const, annotation }))]
  }

  response(response: ModelResponse): ModelResponse {
    return { ...response, output: response.output.map((item) => this.#item(item)) }
  }

  /** The very same item where nothing is cited. */
  #item(item: Item): Item {
    if (item.type !== 'message') return item
    const content = item.content.map((part) => this.#part(part))
    return content.some((part, index) => part !== item.content[index]) ? { ...item, content } : item
  }

  #part(part: ContentPart): ContentPart {
    if (part.type !== 'output_text') return part
    this.#scanner = new MarkerScanner()
    const cited = this.#citedIn(part.text)
    if (cited.length === 0) return part
    return { ...part, annotations: [...(part.annotations ?? []), ...cited] }
  }

  #citedIn(text: string): readonly Annotation[] {
    const cited = this.#scanner.push(text).flatMap(({ end, numbers, start }) =>
      numbers.flatMap((number) => {
        const source = this.#sources.get(number)
        if (source === undefined) return []
        // The form of a file's citation has no place in the text.
        const hasPlace = source.type === 'url_citation'
        return [hasPlace ? { ...source, start_index: start, end_index: end } : source]
      }),
    )
    const told = cited.slice(0, this.#left)
    this.#left -= told.length
    return told
  }
}
