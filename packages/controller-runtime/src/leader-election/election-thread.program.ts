import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { abortReason, type Logger, sleep, systemRandom } from '@fairlead/base'
import { createClient } from '../client/create-client.ts'
import { LeaderElector } from './leader-elector.ts'
import { LeaseLock } from './lease-lock.ts'
import { processClock } from './process-clock.ts'
import { RelayedCredentials } from './relayed-credentials.ts'
import { SharedDeadline } from './shared-deadline.ts'
import type { FromThread, ThreadStart, ToThread } from './thread-messages.ts'

/** Declared first: the program begins before the rest of this module has been read. */
class UnansweredError extends Error {}

if (parentPort !== null) await elect(parentPort, workerData as ThreadStart)

/** Takes part in an election for the process, whose own thread may be busy. */
async function elect(port: MessagePort, start: ThreadStart): Promise<void> {
  const tell = (message: FromThread) => port.postMessage(message)
  const { config, userAgent, timing, term, attention, ...candidate } = start
  const trusted = { ca: config.tls.ca }
  const credentials = new RelayedCredentials((refused) =>
    tell({ type: 'ask-credentials', refused }),
  )
  const { ca } = trusted
  const tls =
    ca === undefined
      ? config.tls
      : { ...config.tls, currentCa: () => Promise.resolve(trusted.ca ?? ca) }
  const client = createClient({ ...config, tls, credentials }, { userAgent, clock: processClock })
  const elector = new LeaderElector({
    ...candidate,
    ...timing,
    lock: new LeaseLock({ ...candidate, client }),
    clock: processClock,
    random: systemRandom,
    logger: relayingLogger(tell),
    meter: { leading: () => {}, slowPath: () => tell({ type: 'slow-path' }) },
    term: new SharedDeadline(processClock, term),
  })
  const stop = new AbortController()
  port.on('message', (message: ToThread) => {
    if (message.type === 'stop') stop.abort()
    else if (message.type === 'credentials') {
      trusted.ca = message.ca
      credentials.accept(message.credentials)
    } else if (message.type === 'no-credentials') credentials.fail(message.error)
    else void elector.release().then(() => tell({ type: 'released' }))
  })
  const running = elector.run(stop.signal, () => tell({ type: 'leading', object: elector.object }))
  void endWithoutAttention(new SharedDeadline(processClock, attention), elector.term, stop)
  try {
    await running
    const { reason } = stop.signal as { reason: unknown }
    tell(reason instanceof UnansweredError ? { type: 'ended', error: reason } : { type: 'ended' })
  } catch (error) {
    tell({ type: 'ended', error })
  } finally {
    stop.abort()
  }
}

/** A process that does nothing any more must not keep others from leading. */
async function endWithoutAttention(
  attention: SharedDeadline,
  term: SharedDeadline,
  stop: AbortController,
): Promise<void> {
  try {
    for (let leftMs = attention.remainingMs; leftMs !== 0; leftMs = attention.remainingMs) {
      await sleep(processClock, leftMs ?? 1000, stop.signal)
    }
  } catch (error) {
    if (error === abortReason(stop.signal)) return
    throw error
  }
  term.end()
  stop.abort(new UnansweredError('the main thread has been blocked for too long'))
}

function relayingLogger(tell: (message: FromThread) => void): Logger {
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: object, message: string) =>
    tell({ type: 'log', level, fields, message })
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
