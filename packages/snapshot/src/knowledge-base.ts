import type { ResourceIdentity } from './resource-identity.ts'
import type { SecretKeyRef } from './secret-key-ref.ts'

export interface KnowledgeBaseSettings extends ResourceIdentity {
  /** Empty where a retriever is asked. */
  readonly sources: readonly KnowledgeSourceSettings[]
  /** A service that is asked with each call; undefined where there is an index. */
  readonly retriever: KnowledgeRetrieverSettings | undefined
  readonly chunking: {
    readonly maxTokens: number
    readonly overlapTokens: number
    readonly splitOn: 'Headings' | 'Paragraphs' | 'Tokens'
  }
  readonly index: {
    readonly mode: 'BM25' | 'Vector' | 'Hybrid'
    /** Undefined for BM25. */
    readonly embeddingModel: string | undefined
  }
  readonly store: KnowledgeStoreSettings
  /** Undefined: nothing is reranked. */
  readonly rerank: { readonly model: string; readonly candidates: number } | undefined
  readonly access: {
    /** `*` is everybody. */
    readonly groups: readonly string[]
    /** Undefined: all passages. */
    readonly filter: MetadataRule | undefined
  }
}

export type KnowledgeSourceSettings =
  | {
      readonly type: 'HTTP'
      readonly name: string
      readonly urls: readonly string[]
      readonly refreshMs: number
    }
  | {
      readonly type: 'ConfigMap'
      readonly name: string
      readonly configMap: { readonly namespace: string; readonly name: string }
    }
  | {
      readonly type: 'Postgres'
      readonly name: string
      readonly url: SecretKeyRef
      readonly query: string
      readonly refreshMs: number
    }

export interface KnowledgeRetrieverSettings {
  readonly type: 'Dify' | 'OpenAIVectorStore'
  readonly url: string
  readonly knowledgeId: string
  /** Undefined: it is asked without a key. */
  readonly credential: SecretKeyRef | undefined
  readonly timeoutMs: number
}

export type KnowledgeStoreSettings =
  | { readonly type: 'SQLite'; readonly path: string }
  | { readonly type: 'Postgres'; readonly url: SecretKeyRef; readonly schema: string }

/** Which passages a caller finds, by their metadata and what is known of the caller. */
export type MetadataRule =
  | { readonly type: 'and' | 'or'; readonly conditions: readonly MetadataRule[] }
  | {
      readonly type: 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte' | 'in' | 'nin'
      readonly key: string
      readonly operand:
        | { readonly constant: string | number | boolean | readonly (string | number)[] }
        /** Names below `consumer` or `claims`, the first of which it is. */
        | { readonly path: readonly string[] }
    }

/** What is retrieved for each message, as a ContextStrategy has it. */
export interface KnowledgeUse {
  readonly bases: readonly KnowledgeBaseUse[]
  readonly query:
    | { readonly mode: 'LastUserMessage' | 'Conversation' }
    | { readonly mode: 'Rewritten'; readonly model: string }
  readonly maxTokens: number
  readonly placement: 'Tail' | 'System'
  /** Undefined: the passages alone. */
  readonly template: string | undefined
  readonly citations: 'None' | 'Annotations' | 'Text'
  readonly onFailure: 'Continue' | 'Fail'
}

export interface KnowledgeBaseUse {
  /** `namespace/name`. */
  readonly key: string
  readonly topK: number
  /** Undefined: whatever the score. */
  readonly minScore: number | undefined
  /** Set where it is not there, or its strategy may not use it: a search of it fails. */
  readonly unresolved?: true
}
