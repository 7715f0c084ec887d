import type { StoreNews, StoreRequest } from '@fairlead/context'
import type {
  EndpointPoolState,
  GatewayReport,
  KeptCall,
  RefusedRequest,
  TokenReview,
} from '@fairlead/gateway'
import type { AnswerNews, AnswerRequest } from './answer-messages.ts'
import type { EvaluationNews, EvaluationReply } from './evaluation-messages.ts'
import type { KnowledgeNews, KnowledgeRequest } from './knowledge-messages.ts'
import type { LedgerNews, LedgerRequest } from './ledger-messages.ts'
import type { CounterNews, CounterRequest } from '@fairlead/usage'
import type { SnapshotDelta } from './snapshot-delta.ts'

/** What the primary process tells a gateway worker. */
export type ToWorker =
  | { readonly type: 'configuration'; readonly change: ConfigurationChange }
  /** Listen, with what was sent before. */
  | { readonly type: 'start' }
  | { readonly type: 'stores'; readonly news: StoreNews }
  | { readonly type: 'counters'; readonly news: CounterNews }
  | { readonly type: 'answers'; readonly news: readonly AnswerNews[] }
  | { readonly type: 'ledger'; readonly news: LedgerNews }
  | { readonly type: 'knowledge'; readonly news: KnowledgeNews }
  | { readonly type: 'evaluation'; readonly news: EvaluationNews }
  /** The worker may run this many calls more; an answer to `permits-wanted`, or a gift. */
  | { readonly type: 'permits-granted'; readonly count: number }
  /** Give back half of what is not used, with `recalled`. */
  | { readonly type: 'permits-recalled' }
  /** Whether to give back all that is free, and every place whose call ends. */
  | { readonly type: 'permits-overdrawn'; readonly overdrawn: boolean }
  | { readonly type: 'metrics-wanted' }
  /** 48 bytes that seal TLS sessions, the same for all workers. */
  | { readonly type: 'ticket-keys'; readonly keys: Uint8Array }
  /** Send the calls that have ended and not been sent, with `isAsked`. */
  | { readonly type: 'calls-wanted' }
  /** The answer to `call-wanted`. */
  | { readonly type: 'call-found'; readonly question: number; readonly json: string | undefined }
  /** The answer to `token-review-wanted`; undefined: Kubernetes could not be asked. */
  | {
      readonly type: 'token-reviewed'
      readonly question: number
      readonly review: TokenReview | undefined
    }
  /** Callers are to connect elsewhere: `drain` will follow. */
  | { readonly type: 'announce-stop' }
  /**
   * Stop accepting connections; calls in flight may take `timeoutMs`, and connections without one
   * are kept for another call for `idleMs`. Then exit.
   */
  | { readonly type: 'drain'; readonly timeoutMs: number; readonly idleMs: number }

/** What a gateway worker tells the primary process. */
export type FromWorker =
  /** Its program is loaded. */
  | { readonly type: 'loaded' }
  /** The configuration that was sent is in force; the next may be sent. */
  | { readonly type: 'configured' }
  | { readonly type: 'listening' }
  | { readonly type: 'cannot-listen'; readonly code: string; readonly message: string }
  | { readonly type: 'report'; readonly report: GatewayReport }
  | { readonly type: 'stores'; readonly requests: readonly StoreRequest[] }
  | { readonly type: 'counters'; readonly requests: readonly CounterRequest[] }
  | { readonly type: 'answers'; readonly requests: readonly AnswerRequest[] }
  | { readonly type: 'ledger'; readonly request: LedgerRequest }
  | { readonly type: 'knowledge'; readonly request: KnowledgeRequest }
  | { readonly type: 'evaluation'; readonly reply: EvaluationReply }
  /** `needed` calls wait; 0 asks ahead. */
  | { readonly type: 'permits-wanted'; readonly needed: number }
  | { readonly type: 'permits-returned'; readonly count: number; readonly recalled: boolean }
  | {
      readonly type: 'calls-ended'
      readonly calls: readonly KeptCall[]
      readonly isAsked: boolean
    }
  /** A caller asks for one of its last calls. */
  | {
      readonly type: 'call-wanted'
      readonly question: number
      readonly requestId: string
      readonly tenant: string
    }
  /** Refused requests, and by error code the number of those that are not told. */
  | {
      readonly type: 'requests-refused'
      readonly refused: readonly RefusedRequest[]
      readonly suppressed: Readonly<Record<string, number>>
    }
  /** A caller has sent the token of a ServiceAccount. */
  | {
      readonly type: 'token-review-wanted'
      readonly question: number
      readonly token: string
      readonly audiences: readonly string[]
    }
  | { readonly type: 'metrics'; readonly families: readonly MetricFamily[] }

/** What has changed since the configuration that was sent before. */
export interface ConfigurationChange {
  /** Undefined: nothing. */
  readonly snapshot: SnapshotDelta | undefined
  /** Values of Secrets' keys by `secretKey`; undefined for one that is gone. */
  readonly secrets: readonly (readonly [key: string, value: string | undefined])[]
  /** InferencePools by `namespace/name`; undefined for one that is not known, or no longer named. */
  readonly pools: readonly (readonly [key: string, state: EndpointPoolState | undefined])[]
}

/** A metric with its values, as prom-client writes it as JSON. */
export interface MetricFamily {
  readonly name: string
  readonly help: string
  readonly type: string
  /** How gauges of several processes become one: sum, first, min, max, average or omit. */
  readonly aggregator?: string
  readonly values: readonly MetricValue[]
}

export interface MetricValue {
  readonly metricName?: string
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
}
