/** A call that has inputs judged by a model made for that, in no provider's format. */
export interface ModerationRequest {
  readonly model: string
  /** Each is judged by itself. */
  readonly inputs: readonly ModerationInput[]
}

/** A text, or texts and images that are judged together. */
export type ModerationInput = string | readonly ModerationPart[]

export type ModerationPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image_url'; readonly url: string }
