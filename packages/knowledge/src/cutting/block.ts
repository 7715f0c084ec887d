/** A part of a document that has a meaning of its own, as a model reads it. */
export type Block =
  | {
      readonly type: 'heading'
      readonly level: number
      readonly text: string
      /** What an address is continued with to lead here. */
      readonly fragment: string | null
    }
  /** What follows is elsewhere, such as on another page, below the same headings. */
  | { readonly type: 'place'; readonly fragment: string }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'code'; readonly text: string; readonly language: string }
  /** Rows are lines of Markdown; the header may have several. */
  | { readonly type: 'table'; readonly header: string; readonly rows: readonly string[] }

/** What a reader has made of a document. */
export interface ReadDocument {
  readonly title: string | null
  readonly blocks: readonly Block[]
}
