/** What one provider's API looks like on the wire: the parts that its answers are put together from. */
export interface ProviderFormat {
  /** `spec.type` of an LLMProvider that speaks it. */
  readonly type: 'OpenAI' | 'Anthropic'
  /** A complete answer. */
  whole(text: string): string
  /** The frames before the first content. */
  readonly opening: string
  /** A frame of content. */
  word(text: string): string
  /** The frame that says why the answer ends, and what precedes it. */
  readonly finish: string
  /** The frame after which nothing follows. */
  readonly done: string
  /** A frame that only shows that the connection is alive. */
  readonly ping: string
  /** An error as this API words it for a status. */
  error(status: number, message?: string): object
  /** A frame with an error of the server's. */
  readonly errorFrame: string
  /** A frame that is no JSON. */
  readonly garbage: string
}

/** The text of every answer that the laboratory gives; its second half is not ASCII. */
export const words: readonly string[] = ['Hello', ' wörld']
