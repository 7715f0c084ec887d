/** One line of the audit. Times are ISO 8601. Nothing of it is a key, a token or a Secret's value. */
export type AuditEvent = RefusalEvent | ChangeEvent | SuppressedEvent

/** A request that the gateway has refused. */
export interface RefusalEvent {
  readonly time: string
  readonly kind: 'Refusal'
  readonly requestId: string
  readonly status: number
  readonly code: string
  /** `namespace/name`; left out for a caller that is not known. */
  readonly consumer?: string
  readonly endUser?: string
  readonly keyName?: string
  readonly address?: string
  readonly method: string
  readonly path: string
  readonly model?: string
  readonly route?: string
  /** Policy and limit that have refused it. */
  readonly policy?: string
}

/** An object of the configuration, or a Secret, was changed. */
export interface ChangeEvent {
  readonly time: string
  readonly kind: 'Change'
  readonly verb: string
  /** Kind of the object. */
  readonly object: string
  readonly namespace: string
  readonly name: string
  readonly uid?: string
  readonly generation?: number
  readonly resourceVersion?: string
  /** Left out where only the API server of a cluster knows. */
  readonly user?: string
  readonly groups?: readonly string[]
  readonly fieldManager?: string
}

/** There was more than is written. */
interface SuppressedEvent {
  readonly time: string
  readonly kind: 'Suppressed'
  /** Of which kind. */
  readonly of: 'Refusal' | 'Change'
  readonly count: number
  /** Refusals by error code. */
  readonly codes?: Readonly<Record<string, number>>
}

/** Which of its files an event is in: a flood of refusals never costs the record of a change. */
export type AuditTopic = 'refusals' | 'changes'

/** Where events go. Never waits, never throws. */
export interface AuditSink {
  write(topic: AuditTopic, events: readonly AuditEvent[]): void
  /** Resolves when all that was written is where it belongs. */
  close(): Promise<void>
}
