import type { FailureClass } from '@fairlead/llm'
import type { Connection } from './faulty-upstream.ts'
import type { Wire } from './wire.ts'

/** How an answer is asked for. */
export type Form = 'whole' | 'stream'

/** One misbehaviour of a provider, and what is right when it happens. */
export interface Fault {
  readonly name: string
  /** What the provider does, as a sentence for the documentation. */
  readonly does: string
  /** For which forms of answers; both, if absent. */
  readonly forms?: readonly Form[]
  /** Silent for longer than the limits of the laboratory, which are short for it. */
  readonly silent?: true
  /** Where the provider is, instead of the laboratory's upstream. */
  readonly address?: string
  /** Whether it happens as soon as a connection is accepted; else when a request has come. */
  readonly atAccept?: true
  /** Misbehaves. */
  serve(connection: Connection, wire: Wire, form: Form): void
  readonly expected: Expected
}

interface Expected {
  /** What the record says of the attempt. */
  readonly outcome: FailureClass | 'Success'
  /** Content had come, so that nobody else is asked, and the caller has the beginning. */
  readonly begun?: true
  /** What the caller gets if there is no other target: a status, and the code of its error. */
  readonly status: number
  readonly code?: string
}
