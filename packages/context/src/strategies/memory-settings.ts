/** `spec.memory` of a ContextStrategy: how notes about a conversation's subject are used and made. */
export interface MemorySettings {
  /** All of them, or those that have words of the new message. */
  readonly recall: 'All' | 'BM25'
  /** Of the notes that are quoted, as it is estimated. */
  readonly maxTokens: number
  /** How notes are made of conversations; undefined where callers alone make them. */
  readonly extract: ExtractSettings | undefined
}

export interface ExtractSettings {
  /** The model that makes them, as callers name it. */
  readonly model: string
  /** With so many notes of a subject, none are added. */
  readonly maxNotes: number
  /** Of one note, as it is estimated. */
  readonly maxNoteTokens: number
  /** How long a note is kept after it was made or changed; undefined for as long as nobody deletes it. */
  readonly ttlMs: number | undefined
}
