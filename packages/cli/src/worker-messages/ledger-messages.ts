import type {
  KeyUse,
  NotedUsage,
  RatedCall,
  Rating,
  UsageAnswer,
  UsageQuery,
} from '@fairlead/usage'

/** What a worker tells the owner of the ledger. */
export type LedgerRequest =
  /** What was noted since the last time; `isAsked` if it is the answer to `wanted`. */
  | { readonly kind: 'noted'; readonly noted: NotedUsage; readonly isAsked: boolean }
  | { readonly kind: 'query'; readonly question: number; readonly query: UsageQuery }
  | { readonly kind: 'key-uses'; readonly question: number; readonly tenant: string }
  | { readonly kind: 'rate'; readonly question: number; readonly rating: Rating }

/** What the owner of the ledger tells a worker. */
export type LedgerNews =
  /** Send what you have noted, with `isAsked`. */
  | { readonly kind: 'wanted' }
  /** The answers to questions. */
  | { readonly kind: 'usage'; readonly question: number; readonly answer: UsageAnswer }
  | { readonly kind: 'key-uses'; readonly question: number; readonly uses: readonly KeyUse[] }
  | { readonly kind: 'rated'; readonly question: number; readonly call?: RatedCall | undefined }
  | { readonly kind: 'failed'; readonly question: number; readonly message: string }
