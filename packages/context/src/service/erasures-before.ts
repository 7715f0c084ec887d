import type { Clock } from '@fairlead/base'
import type { TurnStore } from '../stores/turn-store.ts'
import { subjectErased } from './conversation-errors.ts'

interface BegunCall {
  readonly tenant: string
  readonly subject: string
  /** When the call came, in monotonic milliseconds; now when left out. */
  readonly receivedMs?: number | undefined
}

/**
 * The count of the subject's erasures, for what the call stores. Throws a ModelError 410
 * `subject_erased` if that was done while the call was on its way already.
 */
export async function erasuresBefore(
  store: Pick<TurnStore, 'erasures'>,
  { tenant, subject, receivedMs }: BegunCall,
  clock: Pick<Clock, 'monotonicMs'>,
): Promise<number> {
  const { count, agoMs } = await store.erasures(tenant, subject)
  const isSince =
    agoMs !== null && receivedMs !== undefined && agoMs < clock.monotonicMs() - receivedMs
  if (isSince) throw subjectErased()
  return count
}
