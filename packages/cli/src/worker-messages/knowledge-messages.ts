import type { FoundPassage, KnowledgeQuery } from '@fairlead/knowledge'

/** What a worker asks and answers the owner of the indexes of knowledge bases. */
export type KnowledgeRequest =
  | {
      readonly kind: 'search'
      readonly question: number
      /** `namespace/name`. */
      readonly base: string
      readonly query: Omit<KnowledgeQuery, 'signal'>
    }
  /** Nobody waits for the answer to that search any more; there is none. */
  | { readonly kind: 'cancel'; readonly question: number }
  /** The answers to `vectors-wanted`. */
  | {
      readonly kind: 'vectors'
      readonly question: number
      readonly vectors: readonly Float32Array[]
    }
  | { readonly kind: 'no-vectors'; readonly question: number; readonly problem: string }

/** What the owner answers and asks a worker. */
export type KnowledgeNews =
  | {
      readonly kind: 'found'
      readonly question: number
      readonly passages: readonly FoundPassage[]
    }
  | { readonly kind: 'failed'; readonly question: number; readonly problem: string }
  /** Make vectors of passages by this model. */
  | {
      readonly kind: 'vectors-wanted'
      readonly question: number
      readonly model: string
      readonly texts: readonly string[]
    }
