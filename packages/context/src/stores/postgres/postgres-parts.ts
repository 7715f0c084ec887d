import type { Clock, PostgresPool } from '@fairlead/base'

/** What the parts of one store in PostgreSQL have in common. */
export interface PostgresParts {
  readonly pool: PostgresPool
  /** By which conversations, responses, answers and records expire. */
  readonly clock: Pick<Clock, 'now'>
  /** This opening of the store: it is stored with what it runs. */
  readonly member: string
  /** What is untouched for longer is deleted; it may change. */
  readonly retention: { ttlMs: number | undefined }
}

/** The time and the time to live, as functions about conversations take them. */
export function timeOf({ clock, retention }: PostgresParts): readonly [number, number | null] {
  return [clock.now(), retention.ttlMs ?? null]
}
